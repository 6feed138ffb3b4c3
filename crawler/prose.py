"""Where the main text of an unknown page stands, judged by its shape. Pure.

Decides by structure alone: running text gathers where its paragraphs share a parent, near the
heading that the page's own title repeats; what a class, a role or a label names as something else
(menus, related lists, comments, advertisements) has no weight. So what changes from fetch to fetch
decides nothing. Refuses to know languages beyond a few labels, and never changes the tree.
One walk without recursion, linear in the size of the page.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.text import fold, tidy

_MOST_NODES = 400_000  # walked; what follows is not seen
_DECAY = 0.7  # of a text's weight for every level that it stands deeper
_LEAST_GATHERED = 150  # weight near the headline that can be an article's text
_FAR_BETTER = 3  # times the weight that beats nearness
_LEAST_WITH_HEADLINE, _LEAST_ALONE = 140, 400  # characters of running text of an article
_LEAST_RUN = 40  # characters of a run that can be running text
_LEAST_SPLIT = 100  # characters beside the best node that make their parent the better one

_SILENT = frozenset(
    (
        "audio button canvas embed head iframe input link math meta noscript object script select"
        " style svg template textarea title video xml datalist option label"
    ).split()
)
_BLOCKS = frozenset(
    (
        "address article aside blockquote body center dd details div dl dt fieldset figcaption"
        " figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol p pre section"
        " summary table tbody td tfoot th thead tr ul caption"
    ).split()
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_AWAY_TAGS = frozenset(("nav", "footer", "aside", "dialog", "menu"))
_AWAY_ROLES = frozenset(
    "navigation banner contentinfo complementary search dialog alertdialog menu menubar".split()
)
_THROUGH = frozenset(  # a text's weight falls to what stands around these
    "p li ul ol dl dd dt blockquote tr tbody thead figure figcaption pre center font".split()
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_AWAY_WORDS = re.compile(
    r"(?<![a-z])(?:"
    # comments
    r"comments?|comment(?:list|s?-?area|box|form)|binh-?luan|box-?binh-?luan|y-?kien|disqus"
    r"|fb-comments|repl(?:y|ies)|respond"
    # other articles
    r"|relat(?:ed|e|es|ive)|related-?(?:news|posts?|articles?)|lien-?quan|tin-?lien-?quan|tin-?khac"
    r"|bai-?khac|cung-?(?:chuyen-?muc|loai)|tin-?moi|doc-?nhieu|xem-?nhieu|tin-?nong|xem-?them"
    r"|doc-?them|recommend(?:ed|ations?)?|recirc(?:ulation)?|suggest(?:ed|ions?)?"
    r"|more-(?:news|stor(?:y|ies)|articles?|posts?|from|on)|most-?(?:read|popular|viewed|recent)"
    r"|popular|trending|read-?more|see-?also|also-?read|other-?(?:news|posts?|articles?)"
    r"|tin-?lq|post-nav(?:igation)?|nav-(?:links|previous|next)|outbrain|taboola|teasers?"
    # advertisements
    r"|ads?|adv|advert(?:s|isement|isements|ising)?|quang-?cao|sponsor(?:ed)?|promo(?:tion|s)?"
    r"|dfp|adsense|adsbygoogle|ad-?(?:box|slot|unit|container|wrapper|zone)|banners?"
    # sharing
    r"|shar(?:e|es|ing|e-?bar|e-?buttons?|edaddy)|socials?|social-?(?:share|media|links?|icons?)"
    r"|addthis|addtoany|a2a|sharethis|chia-?se|fb-like|tool-?bars?|article-tools"
    # navigation
    r"|nav|nav-?bar|navigation|(?:main-?|sub-?|top-?)?menus?|bread-?crumbs?|pag(?:ination|er|ing)"
    r"|top-?bar|side-?bars?|aside|foot(?:er)?|skip-?links?|masthead"
    # boxes
    r"|news-?letter|subscri(?:be|ption)|sign-?up|log-?in|dang-?nhap|cookies?|gdpr|consent|pop-?up"
    r"|modal|overlay|light-?box|toast|survey|polls?|tham-?do|rating|votes?|danh-?gia"
    r"|author-?(?:box|bio|info|card|profile|about)|about-?(?:the-?)?author|tags|tag-?(?:list|cloud)"
    r"|(?:post|entry|article|box|block|news)-?tags?|tu-?khoa|key-?words?|copy-?right|disclaimer"
    r"|paywall|weather|thoi-?tiet|thong-?ke|luot-?truy-?cap|web-?links?|doi-?tac"
    r")(?![a-z])"
)
_HIDDEN_WORDS = re.compile(
    r"(?<![\w:-])(?:hidden|d-none|sr-only|visually-?hidden|screen-reader-text)(?![\w:-])"
)
_SHOWN_LATER = re.compile(r"(?<![a-z])(?:xs|sm|md|lg|xl|xxl)[:-](?:block|flex|grid|inline|table)")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_CAPTION = re.compile(r"(?<![a-z])caption", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?…;,:。，](?:[\s\"'”’»)\]]|$)")
_LEGAL = re.compile(
    r"©|copyright|all rights reserved|ban quyen (?:thuoc|cua|©)|giay phep (?:so|xuat ban|hoat dong"
    r"|thiet lap)|ghi ro nguon|chiu trach nhiem (?:chinh|noi dung|xuat ban)|co quan chu quan"
)
_RELATED_LABEL = re.compile(
    r"(?:>+|»|-|\*|•)? ?(?:(?:cac )?(?:tin|bai)(?: viet| tuc| bai)? (?:lien quan|khac|cung|moi|doc"
    r" nhieu|xem nhieu|noi bat|nong).{0,30}|xem them|doc them|xem tiep|moi doc them|co the ban"
    r" quan tam|lien quan|tin moi(?: nhat)?|related(?: .{0,25})?|read (?:more|next|also)|see also"
    r"|more (?:from|on|in|stories|news).{0,30}|most (?:read|popular|viewed).{0,20}|recommended.{0,20}"
    r"|you (?:may|might) also like|also read|don.?t miss|up next|tags?|tu khoa|chu de|topics?"
    r"|chia se|share(?: this.{0,20})?|thich|follow us.{0,20})(?: ?\([0-9]+\))? ?[:…»>.]*"
)
_COMMENT_LABEL = re.compile(
    r"[0-9]{0,5} ?(?:(?:y kien|binh luan|phan hoi)(?: (?:ban doc|cua ban|doc gia|bai viet|moi nhat))?"
    r"|gui (?:y kien|binh luan|phan hoi).{0,20}|comments?|leave a (?:comment|reply)|discussion"
    r"|responses?)(?: ?\(? ?[0-9]+ ?\)?)? ?[:…]*"
)
_SITE_SEPARATOR = re.compile(r"\s+(?:[-–—|•»«:·]|::|\|\|)\s+|\s*[|»]\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """The main text of a page."""

    node: LexborNode
    skipped: frozenset[int]  # `mem_id` of nodes inside that are no part of the text
    is_article: bool  # enough running text for an article


def find_headline(tree: LexborHTMLParser) -> str:
    """The heading that the page's own title repeats; "" when none does."""
    node = _headline_node(tree)
    return tidy(node.text()[:2_000]) if node is not None else ""


def find_prose(tree: LexborHTMLParser) -> Prose | None:
    """The node that holds the main text; None when there is none."""
    body = tree.body
    if body is None:
        return None
    outline = _outline(body, _headline_node(tree))
    _follow_labels(outline)
    _pass_over_teasers(outline)
    return _chosen(outline)


# --- the headline --------------------------------------------------------------------------------


def _headline_node(tree: LexborHTMLParser) -> LexborNode | None:
    titles = _titles_of(tree)
    if not titles:
        return None
    best: tuple[float, LexborNode] | None = None
    for selector in (
        "h1",
        "h2, h3, h4, [itemprop=headline], [class*=title i], [class*=headline i], [class*=tieude i],"
        " [class*=tieu-de i], [id*=title i], [id*=tieude i]",
    ):
        for node in tree.css(selector)[:300]:
            text = fold(tidy(node.text()[:600]))
            if 8 <= len(text) <= 400 and not _is_in_link(node):
                likeness = max(_likeness(text, title) for title in titles)
                if likeness > (best[0] if best else 0.6):
                    best = (likeness, node)
                if likeness == 1:
                    return node
        if best:
            break
    return best[1] if best else None


def _titles_of(tree: LexborHTMLParser) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for node in tree.css("meta[property='og:title'], meta[name='twitter:title'], head title"):
        raw = node.text() if node.tag == "title" else node.attributes.get("content") or ""
        text = fold(tidy(raw[:1_000]))
        if len(text) >= 8:
            found[text] = None
    return tuple(found)[:5]


def _likeness(heading: str, title: str) -> float:
    """1 when the title is the heading, bare or with a site's name; else the words they share."""
    if heading == title:
        return 1
    for part in (title.removeprefix(heading), title.removesuffix(heading)):
        if len(part) < len(title) and len(heading) >= 12 and not part.strip(" ")[:1].isalnum():
            return 1
        if len(part) < len(title) and len(heading) >= 12:
            ends = part.rstrip()[-1:]
            if title.endswith(heading) and not ends.isalnum():
                return 1
    bare = title.rstrip(".… ")
    if len(bare) >= 30 and heading.startswith(bare):
        return 0.99
    own = set(heading.split())
    best = 0.0
    for part in (title, *_SITE_SEPARATOR.split(title)):
        other = set(part.split())
        if len(own) >= 4 and len(other) >= 4:
            best = max(best, len(own & other) / max(len(own), len(other)))
    return best * 0.98


def _is_in_link(node: LexborNode) -> bool:
    around = node.parent
    for _ in range(3):
        if around is None:
            return False
        if around.tag == "a":
            return True
        around = around.parent
    return False


# --- the outline ---------------------------------------------------------------------------------


@dataclass(slots=True)
class _Element:
    """A block element, with the runs of text inside: those from `first` to before `end`."""

    node: LexborNode
    parent: int
    is_away: bool
    first: int
    end: int = 0
    after: int = 0  # the number of the element that follows this one's inside
    is_caption: bool = False


@dataclass(slots=True)
class _Run:
    """A run of text between two edges of blocks: a paragraph, whatever its markup."""

    element: int
    text: str
    link_chars: int
    links_to_file: bool
    is_away: bool
    is_caption: bool
    is_teaser: bool = False

    @property
    def weight(self) -> int:
        """Characters of running text; 0 when it is none."""
        plain = len(self.text) - self.link_chars
        if self.is_away or self.is_teaser or plain < _LEAST_RUN or plain < self.link_chars:
            return 0
        if not _SENTENCE.search(self.text):
            return plain // 2 if plain >= 80 or self.is_caption else 0
        return plain // 2 if self.is_caption else plain


@dataclass(slots=True)
class _Outline:
    elements: list[_Element] = field(default_factory=list)
    runs: list[_Run] = field(default_factory=list)
    headline: int = -1  # the run of the headline


_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|csv|od[ts]|txt)(?:$|[?#/])", re.IGNORECASE)
