"""VPortal by Vietsoftware, on Liferay 6.1: hanoi.gov.vn of its day and portals like it.

Evidence: the portlets and the theme as published (github.com/phuongvh/eGov_Portal at c5ac2e2:
VCMS-portlet vcmsviewcontent/view_article.jspf, view_category.jspf, includes/hanoi/style01-05.jsp,
VCMSFriendlyURLMapper.java; VPolls-portlet, VCounter-portlet, VWeather-portlet, vlinksman-portlet,
Han6-theme). *Unverified*: portals whose theme has other classes; no page of one was ever saved.

The pager stands in `onclick` alone, its URLs with a date that chooses nothing outside a search.
Each counter of visitors is a portlet, one digit per list item; the weather a place and a script.
"""

import re
from dataclasses import replace

from crawler.layout import (
    Candidate,
    Family,
    Layout,
    LinkBlockRules,
    ListingRules,
    PollRules,
    WeatherRules,
    css,
)
from crawler.portals.liferay import LOGIN_SIGNS, MISSING_SIGNS, URLS

_TITLE = "h3.wd-tlh3-4"
_ARTICLE = f"div.wd-introduction:has(> {_TITLE})"
_FILES = "a.wd-download-pdf"

LAYOUT = Layout(
    id="vportal/hanoi",
    article_signs=(f"{_ARTICLE} > p.wd-date",),
    fields={
        "title": css(f"{_ARTICLE} > {_TITLE}"),
        "lead": css(f"{_ARTICLE} > p.wd-date + p[style*='font-weight']"),
        "published": css(f"{_ARTICLE} > p.wd-date"),  # `Ngay dang: 5/06/2013`, no diacritics
        "authors": css(f"{_ARTICLE} > p.wd-actor"),
        "section": css(f"div.wd-boxs:has(> {_ARTICLE}) > h2.wd-tlh1-2"),
    },
    body=(_ARTICLE,),
    body_skip=(
        f"{_ARTICLE} > :is({_TITLE}, p.wd-date, p.wd-actor, div.wd-bortop, h3.wd-tlh3-3)",
        f"{_ARTICLE} > p.wd-date + p[style*='font-weight']",
        f"{_ARTICLE} > div:has(> {_FILES})",
    ),
    related=f"{_ARTICLE} > ul.wd-other-news",
    attachments=_FILES,
    listing=(
        # A section: items with a beginning of the text, then bare ones with the day in brackets.
        ListingRules(
            item="div.wd-main-content :is(ul.wd-communication > li, ul.wd-other-news > li)",
            title="h3 a, a",
            link="a",
            timer="a + span",
            summary="div.wd-intro-content > p",
            image="div.wd-image img",
        ),
        # The blocks of the front page.
        ListingRules(
            item="div.wd-introduction > div.wd-intro-content, ul.wd-list-news > li",
            title="h3, a",
            link="a",
            timer="p.wd-date",
            summary="p:not(.wd-date)",
            image="img",
        ),
    ),
    next_page=(Candidate(selector="ul.yiiPager > li.next > a[onclick]", attribute="onclick"),),
    menu="div.wd-menu a[href], div.wd-rss a.link-read-more[href]",
    weather=(WeatherRules(row="div#ddd > h4", place="", value="span"),),
    # The result is in every page, in a box that a click opens.
    polls=(
        PollRules(
            block="form:has(div.wd-form-votes):has(p.wd-bill-sum)",
            title="h2.wd-tlh1-1",
            question="div.wd-title-dialog h3",
            option="div.wd-system-detail tr",
            text="td:nth-child(1)",
            votes="td:nth-child(4)",
            share="td:nth-child(3)",
            total="p.wd-bill-sum",
            native_id=Candidate(selector="input[name$='questionId']", attribute="value"),
            open_sign="div.wd-vote input[type=radio]",
        ),
    ),
    visitors="div.wd-boxs:has(> div.wd-visited ul.wd-access)",
    link_blocks=(
        LinkBlockRules(
            block="div.wd-introduction:has(ul.wd-link-weblist)",
            title="h2",
            link="ul.wd-link-weblist a[href]",
        ),
    ),
    missing_signs=MISSING_SIGNS,
    login_signs=LOGIN_SIGNS,
)

_MARKS = (
    "[id*='_WAR_VCMSportlet']",
    "link[href*='/VCMS-portlet/']",
    "ul.wd-access",
    "div.wd-content-container",
)
# Portlet instance, section, article; a section has no second number.
_PATH = r"/-/vcmsviewcontent/\w{1,20}/[0-9]+/(?P<id>[0-9]{1,18})(?:/[^/]*)?$"

VPORTAL = Family(
    id="vportal",
    marks=_MARKS,
    url_mark=re.compile(r"/-/vcmsviewcontent/"),
    signs=(*_MARKS, "div.portlet-boundary", "#portlet_status"),
    urls=replace(
        URLS,
        article=re.compile(_PATH),
        never=(*URLS.never, ("search", re.compile(r"[?&][^=]*_cmd=search(?:&|$)"))),
        drop_named=re.compile(r"_.*_(?:(?:from|to)(?:Day|Month|Year)|cat_parent)"),
    ),
    layouts=(LAYOUT,),
)
