"""VnExpress (vnexpress.net), its pages since 2019 and those of 2016-2019.

Evidence for 2019: a saved article page of 22 October 2025 with its reviewed truth; the selectors of
flairNLP/fundus (src/fundus/publishers/vn/vnexpress.py, 2025) agree. *Unverified*, since second-hand
out of public crawlers: slide shows, listings, the pager, and the whole layout of 2016.
Comment counts and the box of related articles are filled by scripts: they are absent, never 0.
"""

import re

from crawler.layout import Candidate, Family, Layout, ListingRules, UrlRules, css

URLS = UrlRules(
    article=re.compile(r"-(?P<id>[0-9]{6,9})(?:-p[0-9]{1,3}|-tong-thuat)?\.html$"),
    never=(
        ("login", re.compile(r"^/(?:dang-nhap|dang-ky|login|myvne)(?:[/?.]|$)", re.IGNORECASE)),
        ("video player", re.compile(r"^/(?:parser(?:_v[0-9]+)?\.|embed/|player/)")),
        ("action", re.compile(r"^/(?:ajax|microservice|print)(?:/|$)|[?&]eid=")),
        ("search", re.compile(r"^/(?:tim-kiem|search)(?:[/?]|$)")),
    ),
    drop_params=frozenset({"vn_source", "vn_campaign", "vn_medium", "vn_term", "vn_thumb"}),
)

# The byline is the right-aligned paragraph at the end; "right" alone would hit margins.
_SIGNED = "p[style*='text-align:right'], p[style*='text-align: right'], p[align=right]"
_PUBLISHED = (
    Candidate(selector="meta[name=pubdate]", attribute="content"),
    *css("::json-ld datePublished"),
)
_MENU = "nav.main-nav ul.parent > li > a[href], ul.ul-nav-folder > li > a[href], #main_menu a[href]"
_NEXT = css("a.btn-page.next-page:not(.disable)", "#pagination a.next", attribute="href")
_RELATED = (
    "div.box-tinlienquanv2, div[data-component-type=tin_xemthem], ul.list-news, #box_tinlienquan"
)
_SKIP = (
    "p.author_mail",
    *(f".fck_detail {part}" for part in _SIGNED.split(", ")),
    ".block_thumb_slide_show .desc_cation",  # the same words stand again below the picture
    "figure:has(.box_embed_video_parent), .box_embed_video_parent, .videoContainter",
    ".banner-ads, .box_quangcao, .inner_ads, ins, [id^=sis_]",
    "[data-component-type=vote], [data-component-type=crossword]",
)
_ITEM = ListingRules(  # beside an article such cards are only related
    item="body:not(:has(.fck_detail)) :is(article.item-news, article.list_news)",
    title=".title-news a, .title_news a",
    link=".title-news a[href], .title_news a[href]",
    timer="span.time-ago, span.time-count, span.time-public, span.time_public",
    summary="p.description, .description",
    image=".thumb-art img, .thumb_art img",
)

LAYOUT_2019 = Layout(
    id="vnexpress/2019",
    article_signs=("h1.title-detail, h1.title-post", ".fck_detail"),
    fields={
        "native_id": (
            Candidate(
                selector="meta[name=tt_article_id]",
                attribute="content",
                pattern=re.compile(r"^([0-9]{6,9})$"),
            ),
        ),
        "title": css("h1.title-detail", "h1.title-post"),
        "lead": css(".sidebar-1 p.description", ".page-detail p.description", "p.description"),
        "published": (*css(".header-content span.date", "span.date"), *_PUBLISHED),
        "updated": (
            Candidate(selector="meta[itemprop=dateModified]", attribute="content"),
            *css("::json-ld dateModified"),
        ),
        "authors": css("p.author_mail strong", "p.author_mail", f".fck_detail :is({_SIGNED})"),
        "breadcrumb": css(
            "ul.breadcrumb li a", "::json-ld BreadcrumbList/itemListElement.item.name"
        ),
        "tags": (
            *css(".tags .item-tag a"),
            Candidate(selector="meta[name=its_tag]", attribute="content"),
            Candidate(selector="meta[name=news_keywords]", attribute="content"),
        ),
    },
    body=("article.fck_detail", ".fck_detail"),
    body_skip=_SKIP,
    unread=("span.location-stamp",),  # where it was written: no word of the text
    related=_RELATED,
    listing=(_ITEM,),
    next_page=_NEXT,
    menu=_MENU,
)

LAYOUT_2016 = Layout(
    id="vnexpress/2016",
    article_signs=("h1.title_news_detail", ".content_detail, .fck_detail"),
    fields={
        "title": css("h1.title_news_detail"),
        "lead": css(".sidebar_1 .description", "h2.description", "h3.short_intro"),
        "published": (*css("header .time", ".sidebar_1 .time"), *_PUBLISHED),
        "authors": css("p.author_mail strong", "p.author_mail", f".content_detail :is({_SIGNED})"),
        "breadcrumb": css(".cat_header h4 a", "ul.breadcrumb li a"),
        "tags": css(".block_tag a.tag_item"),
    },
    body=("article.content_detail", ".content_detail", ".fck_detail"),
    unread=("span.location-stamp",),
    body_skip=(*_SKIP, *(f".content_detail {part}" for part in _SIGNED.split(", "))),
    related=f"{_RELATED}, .related_news, .block_tinlienquan_temp, #box_morelink_detail",
    listing=(_ITEM,),
    next_page=_NEXT,
    menu=_MENU,
)

VNEXPRESS = Family(
    id="vnexpress",
    marks=("meta[name=tt_site_id]", "link[href*='.vnecdn.net/']"),  # its bodies are pasted anywhere
    signs=("meta[name^=tt_]", "link[href*='vnecdn.net']", ".fck_detail", "article.item-news"),
    urls=URLS,
    layouts=(LAYOUT_2019, LAYOUT_2016),
)
