"""Where the main text of an unknown page stands, judged by its shape. Pure."""

from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """The main text of a page."""

    node: LexborNode
    skipped: frozenset[int]  # `mem_id` of nodes inside that are no part of the text
    is_article: bool  # enough running text for an article


def find_prose(tree: LexborHTMLParser) -> Prose | None:
    """The node that holds the main text; None when there is none."""
    return None


def find_headline(tree: LexborHTMLParser) -> str:
    """The heading that the page's own title repeats; "" when none does."""
    return ""
