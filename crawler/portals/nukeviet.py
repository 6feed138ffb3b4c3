"""NukeViet 4 and 5: schools, districts and small newspapers of Vietnam.

Evidence: default theme and language files of nukeviet/nukeviet on GitHub (news, voting, statistics;
layout, system), 4.x and 5 before and after Bootstrap 5; theme egov of nukeviet/eGovernment.
*Unverified*: weather, by third parties; themes with `Đã xem: 75`; 4.0. The head's times have a zone
in their middle; the hidden `dateModified` repeats the publication. Only the ids of `news` in
Vietnamese are ids: other languages and copies of the module number their articles anew.
"""

import re
from dataclasses import replace

from crawler.layout import (
    Candidate,
    Family,
    Layout,
    ListingRules,
    PollRules,
    Sign,
    UrlRules,
    WeatherRules,
    css,
)

_FOUR = ".news_column:has(#news-bodyhtml, .bodytext)"
_FIVE = "div.vstack:has(> .news-bodyhtml)"
_TITLE = "a.show, a:not(.cat-link):not(.thumbnail):not(:has(> img:only-child))"  # no picture alone
LAYOUT_4 = Layout(
    id="nukeviet/4", article_signs=(f"{_FOUR} h1",), body=("#news-bodyhtml", f"{_FOUR} .bodytext"),
    fields={
        "title": css(f"{_FOUR} h1"),
        "lead": css(f"{_FOUR} .hometext", f"{_FOUR} #hometext > h2", f"{_FOUR} #hometext"),
        "published": css(f"{_FOUR} .row span.h5", f"{_FOUR} em.time",
                         f"{_FOUR} [itemprop=datePublished]", "::json-ld datePublished"),
        "updated": css("meta[property='article:modified_time']", attribute="content"),
        "authors": css(f"{_FOUR} p.h5.text-right", f"{_FOUR} p.text-right:has(> strong)"),
        "breadcrumb": css(".temp-breadcrumbs [itemprop=title], .temp-breadcrumbs [itemprop=name]",
                          "[itemtype*=BreadcrumbList] [itemprop=name]", ".breadcrumb > li"),
        "tags": css(".news_column div.h5 > a > em"),
        "view_count": css(f"{_FOUR} span.h5:has(.fa-eye)", f"{_FOUR} .row"),
        "comment_count": css(f"{_FOUR} span.h5:has(.fa-comment-o)"),
    },
    unread=(".list-group .label, .visually-hidden, .icon_new, .badge-new, ul.related a > em",),
    related=".other-news ul.related, ul.detail-related",
    images=f"{_FOUR} figure.article, {_FOUR} #hometext .imghome",
    attachments=".news-download-file .list-group-item > a[href]",
    listing=(
        # One with others in its box is told from them by its heading alone.
        ListingRules(item="#hot-news .margin-bottom-lg:has(> h2), #hot-news li, .height-hometext,"
            " .news_grid .thumbnail, .news_column .panel-body:has(> ul.related) > :is(h2, h3),"
            " ul.related > li, .viewcat-grid, .news_column .panel-body > .row > div:has(> h3 > a),"
            " .news_column .panel-body:not(:has(ul.related)):has(> h2 > a, > h3 > a)",
            title=_TITLE, link=_TITLE, view_count="li:has(.fa-eye)", image="img",
            timer=".text-muted li:first-child, p:has(> .fa-clock-o), em:last-child",
            summary=".text-justify, p:not(.text-right):not(:has(em, img))"),
        ListingRules(item=".list-group > a", title=".list-group-item-heading", link=""),
        ListingRules(item=".block_groups li", title=_TITLE, link=_TITLE, image="img"),),
    next_page=css("ul.pagination > li.active + li > a[href]", "link[rel=next]", "::next"),
    menu="#menusite a[href], .navbar-nav a[href], .main-nav a[href], .panel-heading a[href]",
    weather=(WeatherRules(row="div:has(> #showWeather)", place="option[selected]", value="div"),),
    polls=(
        PollRules(block="form:has([onclick*=nv_sendvoting])", question="h3, h4, strong",
                  option=".radio, .checkbox", text="label", open_sign="input[name^=option]",
                  native_id=Candidate(selector="[onclick*=nv_sendvoting]", attribute="onclick",
                                      pattern=re.compile(r"\(this\.form, ?'?([0-9]{1,9})\b"))),
        PollRules(block="div:has(> h3.text-primary + .row .progress)", question="h3", option=".row",
                  text="div:first-child", share=".progress-bar", total="p.text-center"),
        PollRules(block="form:has(.form-check input[name^=option])", question="div.fw-medium",
                  option=".form-check", text="label", open_sign="input[name^=option]"),
        PollRules(block=":has(> .vstack > .v-item)", question="div.text-primary", option=".v-item",
                  text="p", share=".progress-bar", total=".vstack + div.text-center"),),
    visitors="ul.counter, div.content.online, ul.vstack:has(> li .fa-bolt)",
    missing_signs=(Sign(selector=".nv-infodie",
                        words=re.compile(r"404|không (?:tồn tại|tìm thấy)|not found", re.I)),),
    login_signs=(Sign(selector=".login-box input[type=password]"),),
    date_formats=("%Y-%m-%d+07%H:%M:%S", "%Y-%m-%dICT%H:%M:%S"),
)  # fmt: skip
LAYOUT_5 = replace(
    LAYOUT_4, id="nukeviet/5", article_signs=(f"{_FIVE} > h1",), body=(".news-bodyhtml",),
    fields={
        "title": css(f"{_FIVE} > h1"),
        "lead": css(f"{_FIVE} > .clearfix > div.fw-bold"),
        "published": css(f"{_FIVE} > .row > .text-body-secondary", "::json-ld datePublished"),
        "updated": css("::json-ld dateModified"),
        "authors": css(f"{_FIVE} > .text-end > p"),
        "breadcrumb": css(".site-breadcrumbs-item:not(.site-breadcrumbs-more)"),
        "tags": css(f"{_FIVE} a.badge:has(.fa-tag)"),
        "view_count": css(f"{_FIVE} > .row"),
    },
    related=f"section > ul.vstack, {_FIVE} > div > div.fs-5 + ul",
    images=f"{_FIVE} > .clearfix > figure, {_FIVE} > figure",
    attachments=f"{_FIVE} > .card a[download]",
    listing=(
        ListingRules(item="article.row, article.card, .list-group-item:has(> div > h2), div.mt-4 >"
                     " ul.vstack > li, .article-headline .item-inner", title=_TITLE, link=_TITLE,
                     timer="ul.list-inline > li:first-child, span.text-muted", image="img",
                     view_count="li:has(.fa-eye)", summary=".text-truncate-3"),
        ListingRules(item=".block-news > li", title=_TITLE, link=_TITLE, image="img"),),
)  # fmt: skip
_PATH = (  # `/vi/news/<section>/<slug>-<id>.html`, `?language=vi&nv=news&op=<section>/<slug>-<id>`
    r"^(?!/(?:[a-z]{2}/)?(?:download|laws|shops)/)"
    r"(?:(?=/(?:(?:vi/)?news/|[^?]*\?(?:language=vi&)?nv=news&))(?P<own>))?"  # whose ids count
    r"/(?:(?P<op>[^?]*\?(?:language=[a-z]{2}&)?nv=[^&]+&op=)|(?:[^?/]+/){0,3})"
    r"(?!(?:news|tag|source|topic|groups|author)(?:/|%2F))[^?&/%]+(?:/|%2F)(?!page-)[^?&/]*-"
    r"(?(own)(?P<id>[0-9]{1,12})|[0-9]{1,12})(?(op)(?:\.html)?(?=&|$)|\.html(?=\?|$))"
)
_NEVER = {
    "login": r"^/(?:admin|(?:[a-z]{2}/)?users)(?:/|$)|[?&]nv=users(?:&|$)",
    "twin": r"(?:/|[?&]op=)(?:print|savefile|sendmail)(?:/|%2F)|[?&]nocache=",
    "action": r"[?&](?:download|pdf|checkss|second|scaptcha|nv..themever)=|[/=]banners[/&]",
    "search": r"^/(?:[a-z]{2}/)?(?:[^/]+/search|seek)/|[?&](?:q=|nv=seek)",
}
_SIGNS = ("meta[name=generator][content*=NukeViet i]", "#news-bodyhtml, .news-bodyhtml",
          "form#form3B, [onclick*=nv_sendvoting], .nv-infodie")  # fmt: skip
NUKEVIET = Family(
    id="nukeviet", marks=_SIGNS, layouts=(LAYOUT_4, LAYOUT_5),
    signs=(*_SIGNS, ".news_column, ul.counter, script[src*='/assets/js/language/']"),
    urls=UrlRules(article=re.compile(_PATH), has_query_articles=True,
                  never=tuple((why, re.compile(each)) for why, each in _NEVER.items())),
)  # fmt: skip
