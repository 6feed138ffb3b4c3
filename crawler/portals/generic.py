"""Any other news site: what the page shows, what it says for machines, the shape of its text.

A family's layouts may be followed by these (`GENERIC.layouts`). A lead is taken only from what a
reader sees: descriptions for machines change by themselves. No id is read out of a URL: which
number is the article's, no unknown site tells, and canonical URLs join what is one.
"""

import re

from crawler.layout import Candidate, Family, Layout, ListingRules, Sign, css
from crawler.portals.generic_urls import URLS


def _meta(*names: str) -> tuple[Candidate, ...]:
    selectors = (f"meta[property='{name}'], meta[name='{name}']" for name in names)
    return css(*selectors, attribute="content")


_SITE = re.compile(r"^(.{10,}?)(?: [-–—|•»] [^-–—|•»]{2,80})?$")  # a site's name at the end
_DAY_IN_URL = re.compile(r"/((?:19|20)[0-9]{2}[/-][01]?[0-9][/-][0-3]?[0-9])/")
_VIEWS = re.compile(  # "Ý kiến bạn đọc (48)" counts comments
    r"((?:(?:lượt|lần|đã|số|người) ?(?:xem|đọc)|(?:xem|đọc) ?:|page ?views?|views?|hits).*"
    r"|[0-9.,]+ ?(?:lượt|lần|người) (?:xem|đọc).*|[0-9.,]+ views?)",
    re.IGNORECASE,
)
_FIELDS = {
    "title": (
        *css("::headline", "[itemtype*='Article'] h1[itemprop=headline]", "::json-ld headline"),
        *css("article h1", "main h1", "h1[class*=title i], h1[class*=headline i]", "::heading"),
        Candidate(selector="meta[property='og:title']", attribute="content", pattern=_SITE),
        *css("h1"),
        Candidate(selector="title", pattern=_SITE),
    ),
    "lead": css("::lead"),
    "published": (
        *_meta("article:published_time", "og:article:published_time"),
        *css("::json-ld datePublished"),
        *css("[itemprop=datePublished][content]", attribute="content"),
        *css("[itemprop=datePublished][datetime]", attribute="datetime"),
        *css("::line", "[itemprop=datePublished]"),
        *_meta("pubdate", "publishdate", "publish-date", "DC.date.issued", "sailthru.date"),
        *_meta("parsely-pub-date", "publication_date", "dcterms.created", "datePublished", "date"),
        *css("::json-ld dateCreated", "::json-ld uploadDate"),
        *css("time[pubdate][datetime]", "article:has(h1) time[datetime]", attribute="datetime"),
        *css("[class~=published][title], [class~=pubdate][title]", attribute="title"),
        *css(".published, .pubdate, .publish-date, .date-published, .article-date"),
        Candidate(selector="::url", pattern=_DAY_IN_URL),
    ),
    "updated": (
        *_meta("article:modified_time", "og:updated_time"),
        *css("::json-ld dateModified"),
        *css("[itemprop=dateModified][content]", attribute="content"),
        *css("[itemprop=dateModified][datetime]", attribute="datetime"),
    ),
    "authors": css("::json-ld author@Person.name", "::byline", "::json-ld author"),
    "section": (*_meta("article:section"), *css("::json-ld articleSection")),
    "breadcrumb": (
        *css("::json-ld BreadcrumbList/itemListElement.item.name"),
        *css("::json-ld BreadcrumbList/itemListElement.name"),
        *css("[itemtype*=BreadcrumbList] [itemprop=name]", "[class*=breadcrumb i] a"),
    ),
    "tags": (
        *_meta("article:tag"),
        *css("::json-ld keywords", "[rel=tag]", ":is(.tags, .tag-list, .post-tags) a"),
    ),
    "view_count": (Candidate(selector="::line", pattern=_VIEWS),),
    "comment_count": css("::line", "::json-ld commentCount"),
}

_HEAD = ":is(h2, h3, h4, h5) a"
_NUMBERED = ", ".join(f"{_HEAD}[href*='{digit}.htm']" for digit in range(10))
_LISTING = (
    ListingRules(
        item="article:has(h2, h3, h4, h5)",
        title=_HEAD,
        link=_HEAD,
        timer="time, .date, .time",
        summary="p, .summary, .desc, .sapo",
        image="img",
    ),
    ListingRules(item=_NUMBERED, title="", link=""),
    ListingRules(item=f"{_HEAD}[href*='-']", title="", link=""),
    ListingRules(item=f"{_HEAD}[href]", title="", link=""),
)
_NEXT = css(
    "link[rel~=next][href]",
    "a[rel~=next][href]",
    ":is(.pagination, .paging, .pager, .page-nav, [class*=pagination i]) .next a[href]",
    ":is(.pagination, .paging, .pager, .page-nav, [class*=pagination i]) a.next[href]",
    ":is(.pagination, .paging, .pager, [class*=pagination i]) :is(.active, .current) + * a[href]",
    ":is(.pagination, .paging, .pager, [class*=pagination i]) :is(.active, .current) + a[href]",
    "::next",
)
_TEXT = Layout(
    id="generic/text",
    article_signs=("::text",),
    fields=_FIELDS,
    body=("::text", "[itemprop=articleBody]"),
    listing=_LISTING,
    next_page=_NEXT,
    menu="nav a[href], [class*=menu i] a[href], [id*=menu i] a[href], header a[href]",
    missing_signs=(Sign(selector="body.error404, .error-404, .page-404, #page-404"),),
    login_signs=(Sign(selector="form[action*=login i] input[type=password]"),),
)

GENERIC = Family(
    id="generic",
    signs=("html",),
    urls=URLS,
    layouts=(_TEXT,),
)
