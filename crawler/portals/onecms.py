"""The papers on ONECMS: Hà Nội Mới, Báo Nghệ An, Đại Đoàn Kết, Công Lý and more.

*Unverified*: no page of theirs was read. The facts are second-hand, out of public repositories:
readers of baonghean.vn, daidoanket.vn, congly.vn, ictvietnam.vn, diendandoanhnghiep.vn and
nguoiquansat.vn, a survey of the last of August 2026, and the CMS's own script (weather). That
Hà Nội Mới is one of them is inferred from its picture host (1cdn.vn), its URLs and its comments.
Title, lead, byline and time stand inside the body. Lists load more by a button, without a link.
"""

import re

from crawler.layout import Candidate, Family, Layout, ListingRules, UrlRules, WeatherRules, css

URLS = UrlRules(
    article=re.compile(r"^/(?:[^/]+/)?[^/a-z]*[a-z][^/]*-(?P<id>[0-9]{3,10})\.html$"),
    never=(
        ("login", re.compile(r"^/(?:dang-nhap|dang-ky|login)(?:[/?.]|$)", re.IGNORECASE)),
        ("action", re.compile(r"^/(?:api|ajax)/|[?&]action=")),
        ("print twin", re.compile(r"^/print/|[?&]print=|/print-[0-9]+\.html$")),
        ("search", re.compile(r"^/(?:tim-kiem|search)(?:[/?.]|$)|[?&]q=")),
    ),
)

_TITLE = "h1.sc-longform-header-title, h1.c-detail-head__title"

LAYOUT = Layout(
    id="onecms/2022",
    article_signs=(_TITLE, ".c-news-detail, article.entry, .b-maincontent"),
    fields={
        "title": css(*_TITLE.split(", ")),
        "lead": css(".sc-longform-header-sapo", ".c-news-detail .desc"),
        "published": (
            *css(".sc-longform-header-date", ".c-detail-head__time"),
            Candidate(selector="meta[property='article:published_time']", attribute="content"),
            *css("::json-ld datePublished"),
        ),
        "updated": (
            Candidate(selector="meta[property='article:modified_time']", attribute="content"),
            *css("::json-ld dateModified"),
        ),
        "authors": css(".sc-longform-header-author", ".c-detail-head__author"),
        "section": css(".sc-longform-header-cate a", "a.c-detail-head__cat"),
        "breadcrumb": css(
            "li.breadcrumb-item a",
            ".c-breadcrumb a",
            "::json-ld BreadcrumbList/itemListElement.item.name",
        ),
        "tags": css(".onecms__tags a"),
    },
    body=(
        "article.entry",
        ".c-news-detail .b-maincontent",
        ".content-main-normal",
        ".b-maincontent",
    ),
    body_skip=(
        ".sc-longform-header, .c-detail-head, .sc-empty-layer, .c-news-detail .desc",
        ".c-box, [id^=ads_], .onecms__tags, .c-widget-tags, .c-share, .c-author-page",
        ".sc-related, .c-news-related, .b-related, .onecms__related, .js-source-copy, #url-copy",
    ),
    related=".sc-related, .c-news-related, .b-related, .onecms__related",
    listing=(
        ListingRules(
            item="body:not(:has(.c-news-detail)) :is(ul.onecms__loading > li, .b-grid)",
            title=".b-grid__title, h3",
            link=".b-grid__title a[href], h3 a[href]",
            timer=".b-grid__time, time",
            summary=".b-grid__desc, .b-grid__row p, p",
            image="img",
        ),
    ),
    next_page=css("a[rel=next]", ".c-paging a.next", ".c-paging .active + li a", "::next"),
    menu=".c-menu a[href], .c-mega-menu a[href], .c-menu-outer a[href]",
    weather=(
        # A script fills it in; a rendered page has one line a city.
        WeatherRules(row=".onecms__weather .current-city li", place="strong", value="span"),
    ),
)

ONECMS = Family(
    id="onecms",
    marks=("[class*=onecms__]", "h1.block-sc-title", "link[href*='.1cdn.vn/']"),
    signs=("[class*=onecms]", "[class*=sc-longform]", "[class*=b-grid]", "[class*=c-detail-head]"),
    urls=URLS,
    layouts=(LAYOUT,),
)
