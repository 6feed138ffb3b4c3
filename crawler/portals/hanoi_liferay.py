"""The Hanoi city platform: Liferay 6.2 with a customised Asset Publisher (portlet 101).

Evidence: saved pages of sotttt.hanoi.gov.vn of 27 August 2022, and the text of one article page of
sontay.hanoi.gov.vn of May 2023 that fits the same templates (that Sơn Tây runs them is inferred).
The date line stands above the content; the view counter's label is never translated.
"""

import re

from crawler.layout import (
    Candidate,
    Family,
    Layout,
    LinkBlockRules,
    ListingRules,
    PollRules,
    Sign,
    UrlRules,
    WeatherRules,
)

_NOT_FOUND = re.compile(
    r"not found|requested resource was not found|không tìm thấy|không tồn tại", re.IGNORECASE
)

URLS = UrlRules(
    article=re.compile(r"/-/view_content/(?P<id>[0-9]{1,18})(?:-|\.|$)"),
    never=(
        ("action", re.compile(r"[?&]p_p_lifecycle=[12](?:&|$)")),
        ("login", re.compile(r"[?&]p_p_id=58(?:&|_|$)|[?&]_58_")),
        ("login", re.compile(r"(?:^|/)(?:dang-nhap|login)(?:\.html?)?(?:[/?]|$)", re.IGNORECASE)),
        (
            "portal internals",
            re.compile(r"^(?:/(?:vi|en))?/c/|/-/view_content/.*[?&]viewMode=print"),
        ),
        ("pop-up twin", re.compile(r"[?&]p_p_state=(?:pop_up|exclusive)(?:&|$)")),
    ),
    drop_params=frozenset({"redirect", "inheritRedirect", "t", "p_auth", "doAsUserLanguageId"}),
    suffix_trap=re.compile(r"(?:/(?:vi|en))+/?$"),
)

_TIMER = "div.assetPublishDate.block_timer"

_POLL = "div.portlet-polls-display"
_POLL_ID = Candidate(selector="input[name$='_questionId']", attribute="value")
_POLL_FORM = PollRules(
    block=f"{_POLL}:has(label.radio)",
    title=".portlet-title-text",
    question="form",
    option="label.radio",
    native_id=_POLL_ID,
    open_sign="input[type=radio]",
)
_POLL_RESULT = PollRules(
    block=f"{_POLL}:has(td.table-cell)",
    title=".portlet-title-text",
    question="form",
    option="tbody tr",
    text="td:nth-child(5)",
    votes="td:nth-child(2)",
    share="td:nth-child(1)",
    total="table ~ div",
    native_id=_POLL_ID,
    open_sign="input[type=radio]",
)

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
    next_page=(
        Candidate(
            selector="ul.lfr-pagination-buttons li:nth-last-child(2):not(.disabled) a",
            attribute="href",
        ),
    ),
    menu="ul.navi a[href]",
    weather=(
        WeatherRules(
            row="div.weather_wrapper table.weather_data tr",
            place="td:first-child",
            value="td:nth-child(2)",
        ),
    ),
    polls=(_POLL_FORM, _POLL_RESULT),
    visitors="div.visitor-tracking-wraper",
    link_blocks=(
        LinkBlockRules(
            block="div.weblink-client-portlet, [id*='portallienketportlet'].portlet-boundary",
            title=".portlet-title-text",
            link="a[href], option[value]",
        ),
    ),
    missing_signs=(
        Sign(selector="#portlet_status h3.alert-error", words=_NOT_FOUND),
        Sign(selector="code.lfr-url-error"),
    ),
    login_signs=(Sign(selector="form[action*='p_p_id=58'] input[type=password]"),),
)

HANOI_LIFERAY = Family(
    id="hanoi-liferay",
    marks=(
        f"{_TIMER}",
        "[id*='_WAR_portalweatherportlet']",
        "[id*='_WAR_portallienketportlet']",
        "div.dd_chuyenmuc",
    ),
    url_mark=re.compile(r"/-/view_content/[0-9]"),
    signs=("html.aui", "div.portlet-boundary", "[id^='p_p_id_']"),
    urls=URLS,
    layouts=(LAYOUT_2022,),
)
