"""What was learned: selectors, on how many pages each was right, an example."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A selector, and why to believe it."""

    selector: str
    attribute: str | None = None  # None: the text of the node
    pages_count: int  # on how many pages it is right
    of_count: int  # of how many pages that were looked at for it
    example: str  # what it gives on one page, as printed
    more_pct: int = 0  # of a body: words that are no text, to a hundred that are
    is_first: bool = True  # False: agrees to the day only with what the family finds


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What several pages of one site have in common. What is not dependable is absent."""

    pages_count: int = 0  # articles learned from
    fields: Mapping[str, Proposal] = field(default_factory=dict)
    body: Proposal | None = None
    body_skip: tuple[Proposal, ...] = ()  # inside the body, not of the text
    article_signs: tuple[Proposal, ...] = ()  # every article shows all of them
