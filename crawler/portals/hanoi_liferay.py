"""The Hanoi city platform: Liferay 6.2 with a customised Asset Publisher (portlet 101).

Evidence: saved pages of sotttt.hanoi.gov.vn of 27 August 2022, and the text of one article page of
sontay.hanoi.gov.vn of May 2023 that fits the same templates (that Sơn Tây runs them is inferred).
The date line stands above the content; the view counter's label is never translated.
"""

import re
from dataclasses import replace

from crawler.layout import (
    Candidate,
    Family,
    Layout,
    LinkBlockRules,
    ListingRules,
    WeatherRules,
)
from crawler.portals.liferay import (
    LOGIN_SIGNS,
    MISSING_SIGNS,
    NEXT_PAGE,
    POLL_RESULTS,
    POLLS,
    URLS,
)

_TIMER = "div.assetPublishDate.block_timer"

LAYOUT_2022 = Layout(
    id="hanoi-liferay/2022",
    article_signs=("div.asset-full-content-title", "div.asset-full-content"),
    fields={
        "native_id": (
            Candidate(
                selector="div.asset-full-content div.asset-content[id^='_101_']",
                attribute="id",
                pattern=re.compile(r"^_101_(?:INSTANCE_[A-Za-z0-9]{12}_)?([0-9]{1,18})$"),
            ),
        ),
        "title": (Candidate(selector="div.asset-full-content-title"),),
        "lead": (Candidate(selector="div.asset-full-content p.sapo"),),
        "published": (Candidate(selector=f"div.asset-full-content-title + {_TIMER}"),),
        "view_count": (Candidate(selector=f"div.asset-full-content-title + {_TIMER}"),),
        "authors": (Candidate(selector="div.asset-full-content p.view-content-author"),),
        "section": (
            Candidate(selector="div.dd_chuyenmuc span.tintuc"),
            Candidate(selector="title", pattern=re.compile(r" - ([^-]+?) - [^-]+$")),
        ),
    },
    body=(
        "div.asset-full-content div.asset-content div.journal-content-article",
        "div.asset-full-content div.asset-content",
    ),
    body_skip=("div.sapo-wrapper", "p.view-content-author", "div.entry-links"),
    related="ul.related_asset_list",
    listing=(
        ListingRules(
            item="div.asset-abstract",
            title="h3.asset-title a",
            link="h3.asset-title a",
            timer=_TIMER,
            summary="div.asset-summary",
            image=".asset-image img",
        ),
    ),
    next_page=NEXT_PAGE,
    menu="ul.navi a[href], div.portlet-site-map a[href], h3.tlecmh3 a[href]",
    weather=(
        WeatherRules(
            row="div.weather_wrapper table.weather_data tr",
            place="td:first-child",
            value="td:nth-child(2)",
        ),
    ),
    polls=POLLS,
    poll_results=POLL_RESULTS,
    visitors="div.visitor-tracking-wraper",
    link_blocks=(
        LinkBlockRules(
            block="div.weblink-client-portlet, .portlet-boundary[id*='portallienketportlet']",
            title=".portlet-title-text",
            link="a[href], option[value]",
        ),
        # a web content with links, in the side column under a title of its own
        LinkBlockRules(
            block=".span3 div.portlet-journal-content:has(.portlet-title-text)",
            title=".portlet-title-text",
            link="div.journal-content-article a[href]",
        ),
    ),
    missing_signs=MISSING_SIGNS,
    login_signs=LOGIN_SIGNS,
)

HANOI_LIFERAY = Family(
    id="hanoi-liferay",
    marks=(
        f"{_TIMER}",
        "[id*='_WAR_portalweatherportlet']",
        "[id*='_WAR_portallienketportlet']",
        "div.dd_chuyenmuc",
        # on pages without content too, and on pop-ups
        "#point_portal_egov_date",
        "link[href*='portal-lienket-portlet/']",
    ),
    url_mark=re.compile(r"/-/view_content/[0-9]"),
    signs=("html.aui", "div.portlet-boundary", "[id^='p_p_id_']"),
    urls=replace(URLS, article=re.compile(r"/-/view_content/(?P<id>[0-9]{1,18})(?:-|\.|$)")),
    layouts=(LAYOUT_2022,),
)
