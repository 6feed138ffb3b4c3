"""The difference of two versions as a person reads it: word by word, field by field."""

from collections.abc import Iterator
from typing import Any

from rich.text import Text

from core.diff import diff_words
from storage.versions import field_text, fields_changed
from terminal.words import plain

CONTEXT_WORDS = 12  # words of unchanged text shown on each side of a change


def diff_fields(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, Text]]:
    """Each changed field with its word diff; `old` and `new` are articles as JSON."""
    for field in fields_changed(old, new):
        yield field, diff_text(field_text(old, field), field_text(new, field))


def diff_json(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Two versions and their word diff as data: pieces with `op` equal, delete or insert."""
    changed = fields_changed(old["article"], new["article"])
    texts = {
        field: (field_text(old["article"], field), field_text(new["article"], field))
        for field in changed
    }
    pieces = {
        field: [{"op": piece.op, "text": piece.text} for piece in diff_words(*pair)]
        for field, pair in texts.items()
    }
    return {"fields": changed, "pieces": pieces, "from": old, "to": new}


def diff_text(old: str, new: str) -> Text:
    """Two texts as one: removed words struck red in `[-…-]`, added ones green in `{+…+}`.

    The signs stand beside the colours, so that it reads the same without them.
    """
    pieces = diff_words(old, new)
    shown = Text()
    for index, piece in enumerate(pieces):
        if piece.op == "equal":
            is_first, is_last = index == 0, index == len(pieces) - 1
            shown.append(_context(piece.text, is_first=is_first, is_last=is_last))
            continue
        before, after = _edges(piece.text)
        if piece.op == "delete":
            shown.append(before + f"[-{plain(piece.text)}-]" + after, style="red strike")
        else:
            shown.append(before + f"{{+{plain(piece.text)}+}}" + after, style="green bold")
    return shown


def _edges(text: str) -> tuple[str, str]:
    """The white space around a piece, which stays outside its signs."""
    before = "\n" if text.startswith("\n") else " " if text[:1].isspace() else ""
    return before, " " if text.strip() and text[-1:].isspace() else ""


def _context(text: str, *, is_first: bool, is_last: bool) -> str:
    """The unchanged words next to a change; what lies between is an ellipsis."""
    words = plain(text).split(" ")
    lead = " " if text[:1].isspace() else ""
    trail = " " if text[-1:].isspace() else ""
    if len(words) <= 2 * CONTEXT_WORDS or (is_first and is_last):
        return f"{lead}{' '.join(words)}{trail}"
    head = "" if is_first else " ".join(words[:CONTEXT_WORDS])
    tail = "" if is_last else " ".join(words[-CONTEXT_WORDS:])
    return f"{lead}{head} … {tail}{trail}"
