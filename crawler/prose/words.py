"""What classes, ids and labels say of a block: that it is no part of an article's text. Pure."""

import re
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple


class Place(IntEnum):
    """What a block's names say of it."""

    OPEN = 0  # nothing
    ASIDE = 1  # its names say that it leads elsewhere: believed unless it is text without links
    NAMED = 2  # its names say that it is no part of the article
    APART = 3  # its tag says so, or its role


_APART_TAGS = frozenset(("aside", "dialog", "footer", "menu", "nav"))
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_ROLES = {
    "alertdialog": Place.APART, "banner": Place.ASIDE, "complementary": Place.ASIDE,
    "contentinfo": Place.APART, "dialog": Place.APART, "menu": Place.APART,
    "menubar": Place.APART, "navigation": Place.APART, "search": Place.APART,
}  # fmt: skip
_LONGEST_NAMES = 500  # characters; longer ones name nothing
_NUMBERS = re.compile(r"[0-9]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_APART = re.compile(
    r"(?<![a-z])(?:"
    r"comments?|comment-?(?:list|s?-?area|box|form)|(?:box-?)?binh-?luan|y-?kien|disqus|livefyre"
    r"|repl(?:y|ies)|respond"
    r"|foot(?:er)?|news-?letter|subscri(?:be|ption)|sign-?up|log-?in|dang-?nhap|cookies?|gdpr"
    r"|consent|pop-?up|modal|overlay|light-?box|toast|survey|polls?|tham-?do|ratings?|votes?"
    r"|danh-?gia|(?:author|user|writer)-?(?:box|bio|info|card|profile|about)|about-?(?:the-?)?author|copy-?right"
    r"|instagram-media"
    r"|disclaimer|paywall|weather|thoi-?tiet|thong-?ke|luot-?truy-?cap|print-?only"
    r")(?![a-z])"
)
_ADS = re.compile(
    r"(?<![a-z])(?:ads?|adv|advert(?:s|isement|isements|ising)?|quang-?cao|sponsor(?:ed)?|dfp"
    r"|adsense|adsbygoogle|ad-?(?:box|slot|unit|container|wrapper|zone|label)|outbrain|taboola"
    r")(?![a-z])"
)
_BODY = re.compile(  # of an article, which a theme may mark for advertisements to be put into
    r"(?<![a-z])(?:(?:article|post|entry|news|story|detail)-?(?:body|content|text|detail)"
    r"|content-?(?:detail|article|news|body)|fck|noi-?dung)(?![a-z])"
)
_ASIDE = re.compile(
    r"(?<![a-z])(?:"
    r"relat(?:ed|e|es|ive)|related-?(?:news|posts?|articles?)|(?:tin-?|bai-?)?lien-?quan|tin-?khac"
    r"|bai-?khac|(?:tin-?)?cung-?(?:chuyen-?muc|loai)|tin-?moi|(?:tin-?)?(?:doc|xem)-?nhieu"
    r"|tin-?nong|xem-?them|doc-?them|recommend(?:ed|ations?)?|recirc(?:ulation)?"
    r"|suggest(?:ed|ions?)?|more-(?:news|stor(?:y|ies)|articles?|posts?|from|on)"
    r"|most-?(?:read|popular|viewed|recent)|popular|trending|read-?more|see-?also|also-?read"
    r"|other-?(?:news|posts?|articles?)|tin-?lq|post-nav(?:igation)?|nav-(?:links|previous|next)"
    r"|teasers?|promo(?:tion|s)?|banners?"
    r"|shar(?:e|es|ing|e-?bar|e-?buttons?|edaddy)|socials?|social-?(?:share|media|links?|icons?)"
    r"|addthis|addtoany|a2a|sharethis|chia-?se|fb-like|tool-?bars?|article-tools"
    r"|nav|nav-?bar|navigation|(?:main-?|sub-?|top-?)?menus?|bread-?crumbs?|pag(?:ination|er|ing)"
    r"|top-?bar|(?<!has-)(?<!with-)(?<!no-)side-?bars?(?!-(?:layout|wrap|content|main|page))|aside"
    r"|skip-?links?|masthead|toc|table-of-contents|muc-?luc"
    r"|tags|tag-?(?:list|cloud)|(?:post|entry|article|box|block|news)-?tags?|tu-?khoa|key-?words?"
    r"|web-?links?|doi-?tac"
    r")(?![a-z])"
)
_HIDDEN = re.compile(
    r"(?<![\w:-])(?:hidden|d-none|sr-only|visually-?hidden|screen-reader-text)(?![\w:-])"
)
_SHOWN_LATER = re.compile(r"(?<![a-z])(?:xs|sm|md|lg|xl|xxl)[:-](?:block|flex|grid|inline|table)")
HIDDEN_STYLE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_CAPTION = re.compile(r"(?<![a-z])caption", re.IGNORECASE)
TITLE = re.compile(r"(?<![a-z])(?:title|head-?line|tieu-?de)(?![a-z])", re.IGNORECASE)
_LEAD = re.compile(
    r"(?<![a-z])(?:sapo|lead|standfirst|chapeau|chapo|intro|excerpt|summary|hometext|trich-?yeu"
    r"|tom-?tat|dek)(?![a-z])",
    re.IGNORECASE,
)
PICTURE = re.compile(
    r"\(?(?:ảnh(?: minh họa| tư liệu)?|(?:left |right |main )?(?:photo|image|picture)s?(?: by)?"
    r"|credits?|foto) ?:",
    re.IGNORECASE,
)
FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|csv|od[ts]|txt)(?:$|[?#/])", re.IGNORECASE)
SENTENCE = re.compile(r"[.!?…;,:](?:[\s\"'”’»)\]]|$)|[。，！？、；：]")
LEGAL = re.compile(  # of lower-case text
    r"©|all rights reserved|bản quyền (?:thuộc|©|\(c\))|giấy phép (?:số|xuất bản|hoạt động)"
    r"|giấy phép thiết lập|ghi rõ nguồn|chịu trách nhiệm (?:chính|nội dung|xuất bản)"
    r"|copyright (?:\(c\)|20|19)"
)
_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = (
    r"(?:[0-9]{1,2} ?[/.-] ?[0-9]{1,2} ?[/.-] ?[0-9]{4}(?![0-9])"
    r"|[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?![0-9])"
    r"|[0-9]{1,2},? tháng [0-9]{1,2},? (?:năm )?[0-9]{4}"
    rf"|{_MONTHS}\.? [0-9]{{1,2}}(?:st|nd|rd|th)?,? [0-9]{{4}}"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th)?[ -]{_MONTHS}[.,]?[ -][0-9]{{4}})"
)
STAMP = re.compile(
    rf"(?<![^\W_])(?:[0-9]{{1,2}}[:hg][0-9]{{2}}['’]?(?: ?[ap]m)?[ ,|–-]{{1,5}}(?:ngày )?)?{_DAY}",
    re.IGNORECASE,
)
DATE_LABEL = re.compile(
    r"(?:ngày đăng|đăng (?:ngày|lúc)|cập nhật|ngày xuất bản|ngày gửi|published|posted|updated"
    r"|date)(?![^\W_])",
    re.IGNORECASE,
)
RELATED_LABEL = re.compile(
    r"(?:[>»*•-]+ ?)?(?:(?:cac )?(?:tin|bai)(?: viet| tuc| bai)? (?:lien quan|khac|cung|moi"
    r"|doc nhieu|xem nhieu|noi bat|nong).{0,30}|xem them|doc them|xem tiep|moi doc them"
    r"|co the ban quan tam|lien quan|tin moi(?: nhat)?|related(?: .{0,25})?|read (?:more|next|also)"
    r"|see also|more (?:from|on|in|stories|news).{0,30}|most (?:read|popular|viewed).{0,20}"
    r"|recommended.{0,20}|you (?:may|might) also like|also read|don.?t miss|up next|tags?|tu khoa"
    r"|chu de|topics?|chia se|share(?: this.{0,20})?|follow us.{0,20})(?: ?\([0-9]+\))? ?[:…»>.]*"
)
READ_MORE = re.compile(
    r"(?:[>»*•-]+ ?)*(?:(?:xem|doc) (?:them|tiep|chi tiet)|(?:tin|bai)(?: viet)? lien quan"
    r"|moi (?:ban )?doc them|read (?:more|next|also)|see also|also read|related(?: story)?"
    r"|more on this)(?: (?:tai day|here))? ?[:>»–-]"
)
COMMENT_LABEL = re.compile(
    r"[0-9]{0,5} ?(?:(?:y kien|binh luan|phan hoi)(?: (?:ban doc|cua ban|doc gia|bai viet"
    r"|moi nhat))?|gui (?:y kien|binh luan|phan hoi).{0,20}|comments?|leave a (?:comment|reply)"
    r"|discussion|responses?)(?: ?\(? ?[0-9]+ ?\)?)? ?[:…]*"
)


class Named(NamedTuple):
    """What class and id say of a block."""

    place: Place
    is_caption: bool
    is_lead: bool
    is_hidden: bool = False
    names: str = ""  # the class without numbers


_NAMELESS = Named(Place.OPEN, is_caption=False, is_lead=False)


def place_of(tag: str, role: str | None, named: Named) -> Place:
    """What tag, role, class and id say of a block."""
    if tag in _APART_TAGS:
        return Place.APART
    if tag in HEADINGS:
        return Place.OPEN
    place = Place.ASIDE if tag == "form" else Place.OPEN
    if role:
        place = max(place, _ROLES.get(role, Place.OPEN))
    return max(place, named.place)


def named(attributes: dict[str, str | None]) -> Named:
    """What class and id say of a block."""
    names, own_id = attributes.get("class"), attributes.get("id")
    return _named(names or "", own_id or "") if names or own_id else _NAMELESS


@lru_cache(maxsize=8_192)
def _named(names: str, own_id: str) -> Named:
    if len(names) + len(own_id) > _LONGEST_NAMES:
        return _NAMELESS
    is_hidden = _HIDDEN.search(names) is not None and not _SHOWN_LATER.search(names)
    return Named(
        Place.NAMED if is_hidden else _named_place(f"{names} {own_id}"),
        is_hidden=is_hidden,
        is_caption=_CAPTION.search(names) is not None,
        is_lead=_LEAD.search(f"{names} {own_id}") is not None,
        names=_NUMBERS.sub("", names),
    )


def _named_place(names: str) -> Place:
    plain = _CAMEL.sub("-", names).lower().replace("_", "-")
    if _APART.search(plain) or (_ADS.search(plain) and not _BODY.search(plain)):
        return Place.NAMED
    return Place.ASIDE if _ASIDE.search(plain) else Place.OPEN
