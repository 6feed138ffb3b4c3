"""How pages of SharePoint look: its own article pages, and those that vendors of Vietnam made.

*Unverified*, see `sharepoint.py`. Names of vendors stand in public crawlers of ministries
(tpnanh/DACNTT2_N26 WebDB.sql@0088460 and others); SharePoint's own in public copies of its files:
ArticleLeft.aspx, ContentQueryMain.xsl, ItemStyle.xsl, SummaryLinkMain.xsl, errors of `_layouts`.
Ids carry GUIDs, so their ends alone are matched. Most pagers post the page back to the server and
are no links: then no page is the next. SharePoint's own lists: `RefreshPageTo(event, "…")`.
"""

import re
from dataclasses import replace

from crawler.layout import Layout, LinkBlockRules, ListingRules, Sign, css

_BODY = "[id$=RichHtmlField]"
_DATES = ":is(#txtDateString, #publish-date, [id$=_lbDate])"
_PAGE_TITLE = css("#DeltaPlaceHolderPageTitleInTitleArea", "#pageTitle", "::headline", "title")
_TEXTS = (
    *("#divArticleDescription2", "#divArticleContent", "#divArticleDescription"),
    *("#news-detail", "#News-content", "#contenttin"),
)
_SIGNED = f"{_BODY} > p[style*=right i]:last-child > strong"
_HEAD = ":is(h1, h2, h3) > a[href]"
_ONWARD = "a[onclick*='RefreshPageTo'][onclick*='Paged=TRUE']:not([onclick*='PagedPrev'])"
_SAID = "[id$=PlaceHolderMain_LabelMessage], #ms-error-body"
_LOGIN = "[id$=signInControl_password], form[action*='/_forms/'] input[type=password]"
_MISSING = re.compile(
    r"(?i)file not found|page not found|page you're looking for doesn't exist|không tìm thấy trang"
    r"|trang (?:bạn )?(?:yêu cầu|tìm) không tồn tại"
)
_DENIED = re.compile(
    r"(?i)access (?:denied|required)|hasn't been shared with you|(?:từ chối|quyền) truy cập"
)

NEWS = Layout(
    id="sharepoint/news",
    article_signs=(_DATES, _BODY),
    fields={
        "title": (*css("#txtTitle", "#layoutBanTin h4", "[id$=_lbTitle]"), *_PAGE_TITLE),
        "lead": css("#idTomTat", "#divArticleDescription > p:first-of-type"),
        "published": css(_DATES),
        "authors": css(_SIGNED),
        "breadcrumb": css("ul.breadcrumb > li", "[id$=_ContentMap] a"),
        "tags": css("#Tags a"),
    },
    body=(_BODY,),
    body_skip=("[id$=_label]", _SIGNED),
    related="ul.othernews_fullwidth",
    listing=(
        ListingRules(
            item="div.cbq-layout-main li.dfwp-item",
            title="div.link-item > a",
            link="div.link-item > a",
            summary="div.description",
            image="img.image",
        ),
        ListingRules(
            item="div.listnews_item",
            title=".listnews_item_title a",
            link=".listnews_item_title a",
            timer=".listnews_item_date",
            summary=".listnews_item_des",
            image="img",
        ),
        # Web parts carry a GUID in their ids, as in `ctl00_ctl24_g_23a2051e_…`.
        ListingRules(item=f"[id*=_g_] li:has(> div > {_HEAD})", title=_HEAD, link=_HEAD),
        ListingRules(item=f"[id*=_g_] div:has(> {_HEAD})", title=_HEAD, link=_HEAD),
    ),
    next_page=css("li.next > a", "ul.pagination > li.active + li > a", "::next")
    + css(_ONWARD, attribute="onclick"),
    menu="[id$=TopNavigationMenu] a[href], div.ms-core-navigation a[href], .menu-item[href]",
    link_blocks=(
        LinkBlockRules(
            block="div.ms-webpart-chrome:has(div.slm-layout-main)",
            title=".ms-webpart-titleText",
            link="div.slm-layout-main a[href]",
        ),
    ),
    missing_signs=(Sign(selector=_SAID, words=_MISSING),),
    login_signs=(Sign(selector=_LOGIN), Sign(selector=_SAID, words=_DENIED)),
)

VENDOR = replace(
    NEWS,
    id="sharepoint/vendor",
    article_signs=(f":is({', '.join(_TEXTS)})",),
    fields={
        "title": css("h1.News_Detail_Title, #news-title, div.title_news h1", "title"),
        "lead": css(
            "#divArticleDescription1, #news-des",
            "#divArticleDescription:has(~ #divArticleContent)",
        ),
        "published": css("span.News_Time_Post", "div.date-detail span", "[id$=_pnHide] span"),
        # `Ngày đăng: … / Lượt xem: 74`
        "view_count": css("span.News_Time_Post", "div.news_content p[align=right]:last-of-type"),
        "authors": css(
            "[id$=_pnNguontin], div.Author_Write_TG > p",
            "div.news_content p[align=right] > strong",
        ),
        "breadcrumb": css("ul.UL_Link_Menu > li"),
    },
    body=_TEXTS,
    body_skip=("div.Author_Write_TG",),
)

ARTICLE = replace(
    NEWS,
    id="sharepoint/article",
    article_signs=("div.article-content", "div.article-header"),
    fields={
        "title": _PAGE_TITLE,
        "published": css("div.article-header .date-line"),
        "authors": css("div.article-header .by-line"),
    },
    body=("div.article:has(> div.article-content)", "div.article-content"),
    body_skip=("div.article-header", "[id$=_label]"),
)

LAYOUTS = (NEWS, VENDOR, ARTICLE)
