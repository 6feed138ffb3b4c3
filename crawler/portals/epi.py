"""The dailies on ePi's CMS: Nhân Dân, Tiền Phong, Sài Gòn Giải Phóng, PLO, VietnamPlus and more.

*Unverified*: no page of theirs was read. The facts are second-hand, out of public repositories:
readers of nhandan.vn, tienphong.vn, sggp.org.vn, vietnamplus.vn and tinnhanhchungkhoan.vn, a survey
of the last of August 2026, and tests that mirror real pages. The shown time is rewritten by a
script ("2 giờ trước"), so the `datetime` beside it is trusted first. Lists load more by script.
"""

import re

from crawler.layout import Candidate, Family, Layout, ListingRules, UrlRules, css

URLS = UrlRules(
    article=re.compile(r"-post(?P<id>[0-9]{3,12})\.(?:html?|vnp|tpo|epi)$"),
    never=(
        ("login", re.compile(r"^/(?:dang-nhap|dang-ky|login)(?:[/?.]|$)", re.IGNORECASE)),
        ("action", re.compile(r"^/(?:api|ajax|comment)/|[?&]action=")),
        ("print twin", re.compile(r"/print\.html?$|-print[0-9]+\.html?$|^/print/")),
        ("search", re.compile(r"^/(?:tim-kiem|search)(?:[/?.]|$)|[?&]q=")),
    ),
)

_TITLE = "h1.article__title, h1.article__header, h1.cms-title"
_BODY = ".article__body, .zce-content-body, .cms-body"

LAYOUT = Layout(
    id="epi/2021",
    article_signs=(_TITLE, _BODY),
    fields={
        "title": css(*_TITLE.split(", ")),
        "lead": css(".article__sapo", ".cms-desc"),
        "published": (
            *css(".article__meta time[datetime]", "time.time[datetime]", attribute="datetime"),
            *css("meta.cms-date[itemprop=datePublished]", attribute="content"),
            *css("meta[property='article:published_time']", attribute="content"),
            *css(".article__meta time", ".article__meta .time", "::json-ld datePublished"),
        ),
        "updated": (
            Candidate(selector="meta[property='article:modified_time']", attribute="content"),
            *css("::json-ld dateModified"),
        ),
        "authors": css(
            "a.cms-author, .cms-author",
            ".article__author .name, .article__author a",
            ".article__author",
            ".article__meta .author",
            "p.author",
        ),
        "breadcrumb": (  # the last one is the section
            *css(".breadcrumbs a, .breadcrumb a", "li.main-cate a, li.sub-cate a"),
            *css("::json-ld BreadcrumbList/itemListElement.item.name"),
            Candidate(selector="meta[property='article:section']", attribute="content"),
        ),
        "tags": css(".article__tag a"),
    },
    body=tuple(_BODY.split(", ")),
    body_skip=(
        ".article-relate, .article__related, .cms-relate, .related-news, .story-relate",
        ".ads_middle, .sda_middle, [id^=adsWeb_], [id^=sdaWeb_], .banner, .rennab",
        ".article__social, .article__source, .article__tag, .article__author, .author-info",
        ".article__sapo, .video-player, .cms-video, .cms-audio, .article__audio",
    ),
    related=".article-relate, .article__related, .related-news, .story-relate",
    listing=(
        ListingRules(
            item=f"body:not(:has({_BODY})) :is(article, div).story",  # beside an article: related
            title=".story__heading, .story__title",
            link=".story__heading a, .story__title a, a.cms-link, a.story__link",
            timer=".story__meta time, time",
            summary=".story__summary",
            image=".story__thumb img",
        ),
    ),
    next_page=css("a[rel=next]", "link[rel=next]", ".pagination .next a", "::next"),
    menu="nav .menu a[href], ul.menu > li > a[href], .main-nav a[href], .site-menu a[href]",
)

EPI = Family(
    id="epi",
    # Bodies are pasted into other portals; these are not.
    marks=("h1.cms-title", ".story__heading a.cms-link, .story__thumb a.cms-link"),
    signs=("[class*=article__]", "[class*=story__]", "[class*=cms-]"),
    urls=URLS,
    layouts=(LAYOUT,),
)
