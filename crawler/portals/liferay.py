"""What portals on Liferay have in common: URL traps, the status page, the login, the pager, polls.

No family of its own; the Liferay families take their data from here. Evidence: the JSP files of
Liferay Portal 6.0.11, 6.2 and 7.x as published (html/portal/status.jsp, portlet_access_denied.jsp,
html/taglib/ui/page_iterator/start.jsp and lexicon/start.jsp, html/portlet/polls_display/view.jsp,
html/portlet/polls/view_question_results.jspf), and saved pages of sotttt.hanoi.gov.vn (6.2).
"""

import re
from dataclasses import replace

from crawler.layout import Candidate, PollRules, Sign, UrlRules, css

# Portlet 58 is the login up to 6.2, a class name since 7.0.
_LOGIN = r"(?:58|com_liferay_login_web_portlet_[A-Za-z]+)"

# The one pop-up that shows what no page does; `p_p_lifecycle=0`: it votes for nobody.
_POLL_RESULT = (
    r"[^?]*\?_(59(?:_INSTANCE_[A-Za-z0-9]+)?)_flagRedirect=true(?:&p_p_col_[a-z]+=[^&]*)*"
    r"&p_p_id=\1&p_p_lifecycle=0(?:&p_p_mode=view)?&p_p_state=pop_up$"
)

_NEVER = (
    ("action", re.compile(r"[?&]p_p_lifecycle=[12](?:&|$)")),
    ("login", re.compile(rf"[?&]p_p_id={_LOGIN}(?:&|_|$)|[?&]_{_LOGIN}_")),
    ("login", re.compile(r"(?:^|/)(?:dang-nhap|login)(?:\.html?)?(?:[/?]|$)", re.IGNORECASE)),
    (
        "portal internals",
        re.compile(
            r"^(?:/(?:vi|en))?/(?:c|combo|api|tunnel-web|group/control_panel)(?:/|\?|$)"
            r"|[?&](?:_[0-9A-Za-z_]+_)?viewMode=print"
        ),
    ),
    (
        "pop-up twin",
        re.compile(
            rf"^(?!{_POLL_RESULT}).*[?&]p_p_state=(?:pop_up|exclusive)(?:&|$)"
            r"|/-/asset_publisher/.+/(?:pop_up|exclusive|maximized)$"
        ),
    ),
)
# The slug of a web content, or the id of its asset; `rss` in its place is a feed.
ASSET = (
    r"/-/asset_publisher/[A-Za-z0-9]{1,20}/[a-z_]+/"
    r"(?:id/(?P<id>[0-9]{1,18})|(?!id(?:/|$))[^/]+)(?:/[0-9]+)?$"
)
URLS = UrlRules(
    article=re.compile(ASSET),
    never=_NEVER,
    drop_params=frozenset(
        {"redirect", "inheritRedirect", "t", "p_auth", "doAsUserLanguageId", "p_l_back_url"}
    ),
    # Alternates in other languages put it at the end, again and again; a run is tried but once.
    suffix_trap=re.compile(r"(?<!/vi)(?<!/en)(?:/(?:vi|en))++/?$"),
)

# Of the anchor or the content's own element, in the name of the portlet's instance.
ASSET_ID = re.compile(r"^(?:_[A-Za-z0-9_]*_)?([0-9]{1,18})$")

# The trail of sections, less what leads to the front page; up to 6.1 it has another name.
BREADCRUMB = tuple(
    Candidate(selector=f"{each} > li:not(:has(> a:is([href='/'], [href$='/web/guest'])))")
    for each in (".breadcrumb", ".breadcrumbs")
)

_NOT_FOUND = re.compile(
    r"not found|could not be found|không (?:được )?tìm thấy|không tồn tại", re.IGNORECASE
)
_FORBIDDEN = re.compile(
    r"forbidden|do not have (?:the roles required|permission)|cấm truy cập|không có (?:đủ )?quyền"
    r"|không có vai trò",
    re.IGNORECASE,
)
_ALERTS = ".portlet-msg-error, .alert-error, .alert-danger"
MISSING_SIGNS = (
    Sign(selector=f"#portlet_status :is({_ALERTS})", words=_NOT_FOUND),
    Sign(selector="div:has(> code.lfr-url-error)", words=_NOT_FOUND),
)
LOGIN_SIGNS = (
    Sign(selector="form[action*='p_p_id=58'] input[type=password]"),
    Sign(selector="form[action*='LoginPortlet'] input[type=password]"),
    Sign(selector=f"{_ALERTS}, #portlet_status", words=_FORBIDDEN),
)

# Either with buttons for the first and the last page, or with two buttons alone.
_NEXT_BUTTON = "li:not(.first):not(.last) + li:not(.last):not(.disabled) > a"
NEXT_PAGE = css(
    f"ul.lfr-pagination-buttons > {_NEXT_BUTTON}",
    "div.page-links > a.next",
    "ul.pagination > li.page-item:last-child:not(.disabled) > a.page-link",
    attribute="href",
)

_POLL = "div.portlet-polls-display"
# The button of Hanoi's poll: `viewPoolsResult('…')`, sic; stock Liferay shows the result in place.
POLL_RESULTS = (Candidate(selector=f"{_POLL} [onclick*='flagRedirect=true']", attribute="onclick"),)
POLL_FORM = PollRules(
    block=f"{_POLL}:has(input[type=radio])",
    title=".portlet-title-text",
    question="form",
    option="label:has(input[type=radio])",
    native_id=Candidate(selector="input[name$='_questionId']", attribute="value"),
    open_sign="input[type=radio]",
)
POLL_RESULT = replace(
    POLL_FORM,
    block=f"{_POLL}:has(td.table-cell)",
    option="tbody > tr",
    text="td:nth-child(5)",
    votes="td:nth-child(2)",
    share="td:nth-child(1)",
    total="table ~ div, div.table-responsive + div",
    closed_sign="div[style*='xx-small']",  # the line that it has expired
)
POLLS = (POLL_FORM, POLL_RESULT)
