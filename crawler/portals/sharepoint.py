"""Microsoft SharePoint 2010-2019, as ministries of Vietnam run it.

*Unverified*: no page of such a portal was ever saved. URLs of articles are those that public code
cites, of moet, moj, sav, mae, mt, most, mic and moc.gov.vn. `ItemID` counts within one list, so it
is no native id. Evidence of the pages: `sharepoint_pages.py`.
"""

import re

from crawler.layout import Family, UrlRules
from crawler.portals.sharepoint_pages import LAYOUTS

_MARKS = (
    "meta[name=generator i][content*=SharePoint i]",
    "input[name=__REQUESTDIGEST], input[name=MSOWebPartPage_PostbackSource], #s4-workspace",
    ":is(script[src*='/_layouts/'], link[href*='/_layouts/'])",
)
# `/vn/tin-tuc/76842/….aspx`, `/Pages/TinTuc/140962/….html`; some have the section's number first.
_PATH = r"/tin-?tuc/(?:[0-9]+/)?(?=[0-9]+/[^/?]+\.(?:aspx|html)$)"
_QUERY = r"\.aspx\?(?:[^#]*&)?(?:tintucid|idnews)=(?=[0-9]+(?:&|$))"
_IN_LIST = r"\.aspx\?(?:[^#]*&)?(?:itemid|newsid)=[0-9]{1,12}(?:&|$)"

SHAREPOINT = Family(
    id="sharepoint",
    marks=_MARKS,
    signs=(*_MARKS, "form#aspnetForm"),
    urls=UrlRules(
        article=re.compile(rf"(?i)(?:{_PATH}|{_QUERY})(?P<id>[0-9]{{1,12}})|{_IN_LIST}"),
        has_query_articles=True,
        never=tuple(
            (reason, re.compile(pattern, re.IGNORECASE))
            for reason, pattern in (
                ("login", r"/_forms/|/(?:authenticate|signout|login)\.aspx"),
                (
                    "portal internals",
                    r"/_(?:layouts(?!/(?:15/)?feed\.aspx)|vti_bin|catalogs|api|controltemplates)/",
                ),
                ("action", r"/(?:editform|newform|upload)\.aspx|[?&](?:isdlg|toolpaneview)="),
                (  # the pages of a list name the view they page through
                    "twin of a list",
                    r"[?&](?:sort(?:field|dir)|filterfield[0-9]|calendar\w+)="
                    r"|^(?!.*[?&]paged=true(?:&|$)).*[?&]view=|[?&]pagedprev=",
                ),
                ("search", r"/(?:print(?:page)?|(?:oss)?search|results|tim-?kiem)\.aspx"),
            )
        ),
        drop_params=frozenset({"Source", "InitialTabId", "VisibilityContext", "SPSLanguage"}),
    ),
    layouts=LAYOUTS,
)
