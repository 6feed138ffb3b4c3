"""Liferay 7.0-7.4 and DXP: the Asset Publisher, and display pages.

Evidence: the JSP files of Liferay Portal 7 as published (modules/apps/asset/asset-publisher-web:
view_asset_entry_full_content.jsp, view_asset_entries_abstract.jsp, view_asset_entry_title_list.jsp,
for 7.0 and 7.1 display/full_content.jsp and abstracts.jsp; asset-taglib: asset_metadata/
metadata_entry.jsp, asset_links/page.jsp; polls-web: polls_display/view.jsp).
*Unverified*: display pages (`/w/…`), whose fragments every site composes for itself; the
Vietnamese words of the date line; templates of a site's own.
"""

import re
from dataclasses import replace

from crawler.layout import Candidate, Family, Layout, ListingRules, css
from crawler.portals.liferay import (
    ASSET,
    ASSET_ID,
    BREADCRUMB,
    LOGIN_SIGNS,
    MISSING_SIGNS,
    NEXT_PAGE,
    POLLS,
    URLS,
)

_FULL = "div.asset-full-content"
_PUBLISHED = re.compile(
    r"(?:published|xuất bản|phát hành|(?<!người )đăng)(?: ngày| on)? ([0-9][^-]*)", re.IGNORECASE
)
_MODIFIED = re.compile(r"(?:modified|sửa(?: đổi)?|cập nhật)[^0-9]{0,10} ([0-9].*)", re.IGNORECASE)

PUBLISHER = Layout(
    id="liferay-7/publisher",
    article_signs=(_FULL,),
    fields={
        "native_id": (
            Candidate(selector=f"{_FULL} > .asset-anchor[id]", attribute="id", pattern=ASSET_ID),
            Candidate(selector=f"{_FULL} > .asset-content[id]", attribute="id", pattern=ASSET_ID),
        ),
        "title": (
            *css(f"{_FULL} .asset-title", f"div.h2:has(+ {_FULL}) span.header-title"),
            Candidate(
                selector=f"{_FULL} .journal-content-article", attribute="data-analytics-asset-title"
            ),
            Candidate(selector="title", pattern=re.compile(r"^(.+?) - [^-]+(?: - [^-]+)?$")),
        ),
        "published": (
            Candidate(selector=f"{_FULL} .date-info", pattern=_PUBLISHED),
            *css(f"{_FULL} .metadata-publish-date"),
            # 7.0 says how long ago it was published
            Candidate(
                selector=f"{_FULL} .date-info",
                pattern=re.compile(r"^([0-9]+ .*(?:ago|trước))", re.I),
            ),
        ),
        "updated": (
            Candidate(selector=f"{_FULL} .date-info", pattern=_MODIFIED),
            *css(f"{_FULL} .metadata-modified-date"),
        ),
        "view_count": css(f"{_FULL} .view-count-info", f"{_FULL} .metadata-view-count"),
        "authors": css(f"{_FULL} .user-info"),
        "breadcrumb": BREADCRUMB,
        "tags": css(f"{_FULL} .taglib-asset-tags-summary > *"),
    },
    body=(f"{_FULL} .asset-content .journal-content-article", f"{_FULL} .asset-content"),
    body_skip=(
        ".asset-flag, .asset-ratings, .asset-more, .taglib-social-bookmarks",
        ".taglib-discussion, .lfr-discussion, .visible-interaction",
    ),
    related="div.asset-links, div.taglib-asset-links",
    listing=(
        ListingRules(
            item="div.asset-abstract",
            title=".asset-title",
            link=".asset-title a, a.asset-title, .asset-details a, .asset-more a",
            timer=".date-info, .metadata-publish-date",
            view_count=".view-count-info, .metadata-view-count",
            summary=".asset-summary, .asset-content",
            image=".asset-content img",
        ),
        ListingRules(
            item="div.portlet-asset-publisher ul.list-group > li.list-group-item",
            title=".list-group-title a",
            link=".list-group-title a",
            timer=".list-group-subtitle",
        ),
    ),
    next_page=NEXT_PAGE,
    menu="#navigation a[href], .portlet-site-navigation-menu a[href], .portlet-site-map a[href]",
    polls=tuple(replace(poll, question="form h2") for poll in POLLS),
    missing_signs=MISSING_SIGNS,
    login_signs=LOGIN_SIGNS,
    date_formats=("%m/%d/%y", "%m/%d/%y %I:%M %p"),  # pages in English, years of two digits
)

DISPLAY_PAGE = replace(
    PUBLISHER,
    id="liferay-7/display-page",
    article_signs=("link[rel=canonical][href*='/w/']", ".layout-content :is(h1, h2)"),
    fields={
        "title": css(".layout-content h1", "::headline", ".layout-content h2"),
        "published": css(".layout-content time[datetime]", attribute="datetime"),
        "breadcrumb": BREADCRUMB,
    },
    body=(".layout-content .journal-content-article", "::text"),
)

_SIGNS = (
    "[id^='p_p_id_com_liferay_']",
    "[data-senna-track]",
    ".lfr-layout-structure-item-container",
)

LIFERAY_7 = Family(
    id="liferay-7",
    marks=_SIGNS,
    signs=(*_SIGNS, "div.portlet-boundary", "[id^='p_p_id_']", "#portlet_status"),
    urls=replace(URLS, article=re.compile(rf"{ASSET}|/(?:w|b|-/blogs)/[^/]+$")),
    layouts=(PUBLISHER, DISPLAY_PAGE),
)
