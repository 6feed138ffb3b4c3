"""Any other news site: what it says of itself for machines, then the shape of its text."""

import re

from crawler.layout import Candidate, Family, Layout, ListingRules, UrlRules, css

NEVER = (
    (
        "login",
        re.compile(
            r"(?:^|/)(?:dang-nhap|dang-ky|dang-xuat|log-?in|log-?out|sign-?in|register|wp-login)"
            r"(?:\.[a-z]{2,5})?(?:[/?]|$)|[?&]p_p_id=58(?:&|_|$)",
            re.IGNORECASE,
        ),
    ),
    ("action", re.compile(r"[?&](?:p_p_lifecycle=[12]|action=|do=|replytocom=)", re.IGNORECASE)),
    ("portal internals", re.compile(r"^/(?:wp-admin|wp-json|xmlrpc\.php|_layouts|administrator)/")),
    ("print twin", re.compile(r"[?&](?:print|viewMode)=|/print(?:/|$)", re.IGNORECASE)),
)

_FIELDS = {
    "title": (
        *css("[itemtype*='Article'] [itemprop=headline]", "::headline", "::json-ld headline"),
        Candidate(selector="meta[property='og:title']", attribute="content"),
    ),
    "published": (
        Candidate(selector="meta[property='article:published_time']", attribute="content"),
        *css("::json-ld datePublished"),
        Candidate(selector="[itemprop=datePublished][content]", attribute="content"),
        Candidate(selector="time[datetime]", attribute="datetime"),
    ),
    "authors": css("::json-ld author.name", "[itemprop=author]", "[rel=author]"),
}
_LISTING = (ListingRules(item="h2 a[href], h3 a[href]", title="", link=""),)

GENERIC = Family(
    id="generic",
    signs=("html",),
    urls=UrlRules(
        article=re.compile(r"[-/][0-9]{5,}\.(?:html?|aspx?|chn)$"),
        never=NEVER,
    ),
    layouts=(
        Layout(
            id="generic/data",
            article_signs=("::json-ld",),
            fields=_FIELDS,
            body=("[itemprop=articleBody]", "::text"),
            listing=_LISTING,
        ),
        Layout(
            id="generic/text",
            article_signs=("::text",),
            fields=_FIELDS,
            body=("[itemprop=articleBody]", "::text"),
            listing=_LISTING,
        ),
    ),
)
