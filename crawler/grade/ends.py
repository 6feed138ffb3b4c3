"""Whether a page was cut off before its end. Pure.

HTML lets an author leave out `</body>` and `</html>`, so their absence alone proves nothing. The
parser is asked what is still open where the page ends: a page cut off ends inside a tag, a script,
a comment, or elements whose end tags must be written.
"""

import re

from selectolax.lexbor import LexborHTMLParser

_TAIL_CHARS = 4_096  # counters and comments may follow the end
_END = re.compile(r"</(?:body|html)[\s>]", re.IGNORECASE)
_MARK = '<template id="khotin-end-of-page">'
_MARKED = "template#khotin-end-of-page"
_BROKEN = "\ufffd"
_MAY_STAY_OPEN = frozenset(  # by the HTML Standard, 13.1.2.4, or left so by careless hands
    (
        "-document", "html", "head", "body", "p", "li", "dt", "dd", "rt", "rp", "optgroup",
        "option", "b", "big", "center", "em", "font", "i", "small", "span", "strong", "u",
    )
)  # fmt: skip


def why_cut(text: str, *, writes_end_tags: bool) -> str:
    """What shows that the page is not whole, as one sentence; "" when nothing does.

    `writes_end_tags`: it comes from templates known to write `</body></html>`.
    """
    if _END.search(text, max(len(text) - _TAIL_CHARS, 0)):
        return ""
    if writes_end_tags and not _END.search(text):
        return "the page ends before its closing tags"
    if text.endswith(_BROKEN):
        return "the page ends inside a character"
    end = LexborHTMLParser(text + _MARK).css_first(_MARKED)
    if end is None:
        return "the page ends inside a tag, a script or a comment"
    around = end.parent
    while around is not None:
        if around.tag not in _MAY_STAY_OPEN:
            return f"the page ends inside <{around.tag}>"
        around = around.parent
    return ""
