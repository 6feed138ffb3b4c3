"""The dailies on VCCorp's CMS: Tuổi Trẻ, Thanh Niên, Người Lao Động, Báo Chính phủ, CafeF and more.

*Unverified*: no page of theirs was read. The facts are second-hand, out of public repositories:
Blade templates of one such site (data-role, PhotoCMS_Caption, box-category-item), a survey of the
markup of eight Vietnamese news sites of August 2026, tests of readers that mirror real pages.
The sapo stands outside the body. Comment counts are filled by scripts: absent, never 0. Further
list pages come through "xem thêm" buttons: a list has a next page only where it links one.
"""

import re

from crawler.layout import Candidate, Family, Layout, ListingRules, UrlRules, css

URLS = UrlRules(
    article=re.compile(r"-(?P<id>[0-9]{9,20})\.(?:html?|chn)$"),
    never=(
        ("login", re.compile(r"^/(?:dang-nhap|dang-ky|login|sso|tai-khoan)(?:[/?.]|$)", re.I)),
        ("action", re.compile(r"^/(?:ajax|api|comment|widget|timelinelist)/|[?&]action=")),
        ("print twin", re.compile(r"^/print/|/print\.html?$|[?&]print=")),
        ("search", re.compile(r"^/tim-kiem(?:[/?.]|$)|[?&]keywords?=")),
    ),
)

_TITLE = "h1[data-role=title], h1.detail-title, h1.kbwc-title, h1.title-detail, h1.article-title"
_BODY = "[data-role=content], .detail-content.afcbc-body, .knc-content, #main-detail-body.fck"
_SIGNED = (
    "[data-role=content] > p[style*='text-align: right'] > b:only-child",
    "[data-role=content] > p[style*='text-align:right'] > b:only-child",
)

LAYOUT = Layout(
    id="vccorp/2022",
    article_signs=(f"{_TITLE}, h1.title[itemprop=headline]", _BODY),
    fields={
        "title": css(*_TITLE.split(", "), "h1.title[itemprop=headline]"),
        "lead": css("[data-role=sapo]", ".detail-sapo", "h2.sapo", "p.sapo", ".knc-sapo"),
        "published": (
            *css("[data-role=publishdate]", ".detail-time", "span.pdate", ".date-time"),
            Candidate(selector="meta[property='article:published_time']", attribute="content"),
            *css("::json-ld datePublished"),
        ),
        "updated": (
            Candidate(selector="meta[property='article:modified_time']", attribute="content"),
            *css("::json-ld dateModified"),
        ),
        "authors": css(
            ".detail-author .author-item-name a",
            ".detail-author .author-info .name, .author-info .name",
            ".author-info [data-role=author], .detail-author b",
            "span.author, p.author",
            *_SIGNED,
        ),
        "section": css("[data-role=cate-name]", ".category-page__name"),
        "breadcrumb": css(
            ".detail-cate a, .list-cate a, .detail-breadcrumb a",
            "::json-ld BreadcrumbList/itemListElement.item.name",
        ),
        "tags": css(".detail-tab a", ".detail-tag-list a, .detail-tags a, .tagdetail a"),
    },
    body=tuple(_BODY.split(", ")),
    body_skip=(
        "[type=RelatedNewsBox], [type=RelatedOneNews], [type=VideoStream], [type=Podcast]",
        ".VCSortableInPreviewMode:has(> .kbwscwl-relatedbox), .kbwscwl-relatedbox",
        "[data-role=content] .detail-author, .readmore-body-box, .link-content-footer",
        "#listNewsInContent, .tindnd, #reactRelate, .chisochungkhoan, .link-source-detail",
        ".PhotoCMS_Author, .action_thumb, .c-banner, [id^=admzone], zone[id], .VideoCMS_Caption",
        "[data-role=content] > p[style*='text-align: right']:has(> b:only-child)",
        "[data-role=content] > p[style*='text-align:right']:has(> b:only-child)",
    ),
    related=(
        "[type=RelatedNewsBox], [type=RelatedOneNews], .kbwscwl-relatedbox, .detail__related,"
        " .link-content-footer, .tindnd, #reactRelate"
    ),
    listing=(
        ListingRules(
            item=f"body:not(:has({_BODY})) "  # beside an article such cards are only related
            ":is(.box-category-item, .box-category-item-main .item-first, .box-focus-item)",
            title="a.box-category-link-title, .box-title-text a",
            link="a.box-category-link-title[href], .box-title-text a[href]",
            timer=".box-category-time, .time-ago",
            summary=".box-category-sapo",
            image="img.box-category-avatar, img",
        ),
    ),
    next_page=css("a[rel=next]", "link[rel=next]", ".pagination a.next", "::next"),
    menu=".menu-nav a[href], .menu-li > a[href], a.nav-link[href], .header__nav a[href]",
)

VCCORP = Family(
    id="vccorp",
    # Bodies are pasted into other portals; these are not.
    marks=("h1[data-role=title]", "[data-role=publishdate]", "a.box-category-link-title"),
    signs=("[data-role=content]", "[class*=box-category]", "[class*=detail-]", ".knc-content"),
    urls=URLS,
    layouts=(LAYOUT,),
)
