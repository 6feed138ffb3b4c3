"""The word diff of two texts, for people to read.

Decides which words came, went and stayed. Paragraphs (lines) are matched first, then words inside
changed paragraphs; numbers and codes stay whole. Refuses to know what the texts mean, and compares
them exactly: bring both to `core.text.same_form` first when spelling variants should not show.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Indel

from core.text import NUMBER, SIGN

Op = Literal["equal", "insert", "delete"]

# What one diff may spend on matching: items of old times items of new, common ends trimmed, summed
# over all regions. A region that costs more than is left becomes one replacement. rapidfuzz does
# about 10^9 a second and needs a bit for each.
_BUDGET = 300_000_000

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_TOKEN = re.compile(rf"{NUMBER}%?|{SIGN}+|\n|[^\S\n]+|.", re.DOTALL)
_HAS_WORD = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of text that stayed, came or went."""

    op: Op
    text: str  # never empty


def diff_words(old: str, new: str) -> tuple[Piece, ...]:
    """What changed from `old` to `new`, in reading order, a deletion before its insertion.

    Equal and delete pieces joined give `old` exactly, equal and insert pieces joined give `new`.
    Neighbouring pieces have different ops. Two equal texts give one piece, two empty ones none.
    """
    draft = _Draft()
    budget = _Budget(_BUDGET)
    for old_lines, new_lines in _aligned(_LINE.findall(old), _LINE.findall(new), budget):
        old_part, new_part = "".join(old_lines), "".join(new_lines)
        if old_part == new_part or not old_part or not new_part:
            draft.add(old_part, new_part)
        else:
            for gone, come in _aligned(_TOKEN.findall(old_part), _TOKEN.findall(new_part), budget):
                draft.add("".join(gone), "".join(come))
    return draft.pieces()


def chars_changed(pieces: Iterable[Piece]) -> tuple[int, int]:
    """Characters added and removed, in this order."""
    added = removed = 0
    for piece in pieces:
        added += len(piece.text) if piece.op == "insert" else 0
        removed += len(piece.text) if piece.op == "delete" else 0
    return added, removed


class _Budget:
    def __init__(self, left: int) -> None:
        self._left = left

    def spend(self, cost: int) -> bool:
        """Take `cost` off when that much is left."""
        if cost > self._left:
            return False
        self._left -= cost
        return True


class _Draft:
    """The pieces so far; space and signs between two changes join them into one."""

    def __init__(self) -> None:
        self._removed: list[str] = []
        self._added: list[str] = []
        self._has_removed_words = self._has_added_words = False
        self._held: list[str] = []  # equal text since the last change
        self._done: list[Piece] = []

    def add(self, removed: str, added: str) -> None:
        """Equal texts stay; others are a change, of which one side may be empty."""
        if removed == added:
            self._held.append(removed)
            return
        held = "".join(self._held)
        self._held.clear()
        has_removed_words = bool(_HAS_WORD.search(removed))
        has_added_words = bool(_HAS_WORD.search(added))
        if self._is_glue(
            held,
            has_removed_words or self._has_removed_words,
            has_added_words or self._has_added_words,
        ):
            self._removed.append(held)
            self._added.append(held)
        else:
            self._flush()
            self._put("equal", held)
        self._removed.append(removed)
        self._added.append(added)
        self._has_removed_words |= has_removed_words
        self._has_added_words |= has_added_words

    def _is_glue(self, held: str, has_removed_words: bool, has_added_words: bool) -> bool:
        """Whether `held` is only space and signs inside one replacement: a b → x y, not a x b y."""
        if not (self._removed or self._added) or "\n" in held or _HAS_WORD.search(held):
            return False
        return not held or (has_removed_words and has_added_words)

    def _put(self, op: Op, text: str) -> None:
        if text:
            self._done.append(Piece(op=op, text=text))

    def _flush(self) -> None:
        self._put("delete", "".join(self._removed))
        self._put("insert", "".join(self._added))
        self._removed.clear()
        self._added.clear()
        self._has_removed_words = self._has_added_words = False

    def pieces(self) -> tuple[Piece, ...]:
        self._flush()
        self._put("equal", "".join(self._held))
        self._held.clear()
        return tuple(self._done)


def _aligned(
    old: Sequence[str], new: Sequence[str], budget: "_Budget"
) -> Iterable[tuple[Sequence[str], Sequence[str]]]:
    """Pairs of runs that are equal, or that differ, in order; together they are `old` and `new`."""
    start = 0
    shortest = min(len(old), len(new))
    while start < shortest and old[start] == new[start]:
        start += 1
    end = 0
    while end < shortest - start and old[-1 - end] == new[-1 - end]:
        end += 1
    old_middle, new_middle = old[start : len(old) - end], new[start : len(new) - end]
    yield old[:start], new[:start]
    if budget.spend(len(old_middle) * len(new_middle)):
        yield from _matched(old_middle, new_middle)
    else:
        yield old_middle, new_middle
    yield old[len(old) - end :], new[len(new) - end :]


def _matched(
    old: Sequence[str], new: Sequence[str]
) -> Iterable[tuple[Sequence[str], Sequence[str]]]:
    numbers: dict[str, int] = {}  # rapidfuzz compares hashes: only small ints never collide
    old_at = new_at = 0
    for step in Indel.opcodes(_numbered(old, numbers), _numbered(new, numbers)):
        if step.tag == "equal":  # between two of these, its deletes and inserts are one change
            yield old[old_at : step.src_start], new[new_at : step.dest_start]
            yield old[step.src_start : step.src_end], new[step.dest_start : step.dest_end]
            old_at, new_at = step.src_end, step.dest_end
    yield old[old_at:], new[new_at:]


def _numbered(items: Sequence[str], numbers: dict[str, int]) -> list[int]:
    return [numbers.setdefault(item, len(numbers)) for item in items]
