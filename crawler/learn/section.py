"""What was learned as a section of the config: text that a person reads, checks and edits.

Page text is hostile: an example stands in a comment, on one line, without signs that a terminal or
an editor obeys. Selectors are letters, digits and a few signs; they are quoted all the same.
"""

import json
import re
import unicodedata
from collections.abc import Iterator

from core.text import tidy
from crawler.learn.proposals import Learned, Proposal

_EXAMPLE_CHARS = 100
_OBEYED = frozenset(("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"))
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_INHERITED = '"..."'  # here follows what the family has


def to_toml(learned: Learned, portal_id: str) -> str:
    """The text of `[[portals.ID.layouts]]`; comments alone when nothing was learned.

    Every selector stands before what the family has (`...`), so that a page without it is read as
    before. A date that agrees with the family's only to the day stands after it.
    """
    count = learned.pages_count
    if learned.body is None and not learned.fields:
        return f"# No selector was learned from {_pages(count)}: they have too little in common.\n"
    key = portal_id if _BARE.fullmatch(portal_id) else json.dumps(portal_id)
    lines = [
        f"# Learned from {_pages(count)}. Above each selector: on how many of the pages where its",
        "# value is known it was right, and what it gave on one. Change or delete what is wrong;",
        '# "..." is what the family finds itself.',
        f"[[portals.{key}.layouts]]",
    ]
    if learned.article_signs:
        lines.append("# a page that shows all of these is an article")
        lines.append(f"article_signs = {_array(learned.article_signs)}")
    if learned.body is not None:
        lines += [_said(learned.body), f"body = [{_string(learned.body.selector)}, {_INHERITED}]"]
    if learned.body_skip:
        lines.append("# inside the body, but no part of the text:")
        lines.append("body_skip = [")
        lines += [f"    {_string(each.selector)},  {_said(each)}" for each in learned.body_skip]
        lines += [f"    {_INHERITED},", "]"]
    if learned.fields:
        lines += ["", f"[portals.{key}.layouts.fields]", *_fields(learned)]
    return "\n".join(lines) + "\n"


def _fields(learned: Learned) -> Iterator[str]:
    for name, proposal in learned.fields.items():
        yield _said(proposal)
        own = _string(proposal.selector)
        if proposal.attribute is not None:
            own = f"{{ selector = {own}, attribute = {_string(proposal.attribute)} }}"
        if proposal.is_first:
            yield f"{name} = [{own}, {_INHERITED}]"
        else:
            yield "# it shows the same day as what the family finds, which is more exact"
            yield f"{name} = [{_INHERITED}, {own}]"


def _said(proposal: Proposal) -> str:
    line = f"# right on {proposal.pages_count} of {proposal.of_count} pages"
    if proposal.more_pct:
        line += f", with {proposal.more_pct} % beside the text"
    example = _shown(proposal.example)
    return f"{line}: {example}" if example else line


def _pages(count: int) -> str:
    return f"{count} article page" if count == 1 else f"{count} article pages"


def _array(proposals: tuple[Proposal, ...]) -> str:
    return f"[{', '.join(_string(each.selector) for each in proposals)}]"


def _string(text: str) -> str:
    """A basic string of TOML: what JSON escapes, TOML reads."""
    return json.dumps(tidy(text))


def _shown(text: str) -> str:
    """One line of page text that an editor and a terminal only print."""
    line = "".join(
        "\ufffd" if unicodedata.category(sign) in _OBEYED else sign for sign in tidy(text)
    )
    return line if len(line) <= _EXAMPLE_CHARS else line[: _EXAMPLE_CHARS - 1].rstrip() + "…"
