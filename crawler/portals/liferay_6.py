"""Liferay 6.0-6.2 as delivered: the Asset Publisher (portlet 101) with its own display styles.

Evidence: the JSP files of Liferay Portal as published, 6.0.11 and 6.2 (portlet/asset_publisher:
display/full_content.jsp, abstracts.jsp, title_list.jsp, table.jsp, asset_metadata.jspf;
taglib/ui: header, asset_links, asset_tags_summary, breadcrumb; the routes of its URLs).
*Unverified*: poll forms before 6.2. The author is the account that typed the article in.
"""

import re

from crawler.layout import Candidate, Family, Layout, ListingRules, css
from crawler.portals.liferay import (
    ASSET_ID,
    BREADCRUMB,
    LOGIN_SIGNS,
    MISSING_SIGNS,
    NEXT_PAGE,
    POLLS,
    URLS,
)

_FULL = "div.asset-full-content"

LAYOUT = Layout(
    id="liferay-6/publisher",
    article_signs=(_FULL,),
    fields={
        "native_id": (
            Candidate(
                selector=f"{_FULL} > div.asset-content[id]", attribute="id", pattern=ASSET_ID
            ),
        ),
        "title": (
            *css(
                f"div.taglib-header:has(+ {_FULL}) .header-title",
                "div.portlet-asset-publisher div.taglib-header .header-title",
            ),
            # Article - Page - Site
            Candidate(selector="title", pattern=re.compile(r"^(.+?) - [^-]+ - [^-]+$")),
        ),
        "published": css(f"{_FULL} .metadata-publish-date", f"{_FULL} .metadata-create-date"),
        "updated": css(f"{_FULL} .metadata-modified-date"),
        "view_count": css(f"{_FULL} .metadata-view-count"),
        "authors": (
            Candidate(
                selector=f"{_FULL} .metadata-author",
                pattern=re.compile(r"^(?:by |bởi |do )?(.+)$", re.IGNORECASE),
            ),
        ),
        "breadcrumb": BREADCRUMB,
        "tags": css(f"{_FULL} .metadata-tags .tag"),
    },
    body=(
        f"{_FULL} div.asset-content div.journal-content-article",
        f"{_FULL} div.asset-content",
    ),
    body_skip=(
        "div.taglib-social-bookmarks, div.asset-flag, div.asset-ratings, div.asset-more",
        "div.taglib-discussion, form[name$=discussion]",
    ),
    related="div.taglib-asset-links",
    listing=(
        ListingRules(
            item="div.asset-abstract",
            title=".asset-title",
            link=".asset-title a, .asset-more a",
            timer=".metadata-publish-date",
            view_count=".metadata-view-count",
            summary=".asset-summary",
            image=".asset-summary img",
        ),
        ListingRules(
            item="li.title-list",
            title="a",
            link="a",
            timer=".metadata-publish-date",
            view_count=".metadata-view-count",
        ),
        ListingRules(
            item="div.portlet-asset-publisher tbody.table-data > tr:has(> td.table-cell a)",
            title="td:first-child a",
            link="td:first-child a",
        ),
    ),
    next_page=NEXT_PAGE,
    menu="#navigation a[href], div.portlet-site-map a[href], div.portlet-navigation a[href]",
    polls=POLLS,
    missing_signs=MISSING_SIGNS,
    login_signs=LOGIN_SIGNS,
    date_formats=("%m/%d/%y",),  # pages in English; years of two digits stand in no others
)

_SIGNS = ("[id^='p_p_id_']", "div.portlet-boundary", "#portlet_status", "link.lfr-css-file")

LIFERAY_6 = Family(
    id="liferay-6",
    marks=(*_SIGNS, "script[src*='/html/js/'][src*='minifierType=js']"),
    signs=(*_SIGNS, "html.aui", "body.yui3-skin-sam"),
    urls=URLS,
    layouts=(LAYOUT,),
)
