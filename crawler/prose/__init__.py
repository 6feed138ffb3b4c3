"""Where the main text of an unknown page stands, judged by its shape. Pure.

Decides by structure: running text gathers where its paragraphs share a parent, near the heading
that the page's own title repeats. What a tag, a role, a class or a label names as something else
(menus, related lists, comments, advertisements) has no weight, so what changes from fetch to fetch
decides nothing. Refuses to know languages beyond a few labels, and never changes the tree.

    words.py     what classes and labels say
    headline.py  the heading that the title repeats
    outline.py   the page as blocks and runs of text: one walk
    aside.py     what is no part of it by names, labels and order
    choose.py    the block that holds the text
    parts.py     what in it is text, lead, or no part of it
    near.py      lines beside headline and text: dates, counters, names
"""

from selectolax.lexbor import LexborHTMLParser

from crawler.prose.choose import choose
from crawler.prose.headline import find_headline, headline_node
from crawler.prose.outline import outline_of
from crawler.prose.parts import Prose

__all__ = ["Prose", "find_headline", "find_prose"]


def find_prose(tree: LexborHTMLParser) -> Prose | None:
    """The node that holds the main text; None when there is none.

    Takes time linear in the size of the page, whatever its markup.
    """
    body = tree.body
    if body is None:
        return None
    return choose(outline_of(body, headline_node(tree)))
