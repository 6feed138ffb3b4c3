"""What a URL is to us: its one canonical form, whether it may be asked for, whose article it is.

Pure. Resolves by the WHATWG rules (ada-url), then takes away what does not choose the page.
Knows families only as data (`UrlRules`).
"""

import re
from collections import Counter
from functools import lru_cache

import ada_url

from crawler.layout import Site, UrlRules

MAX_URL_LENGTH = 2_000  # characters; longer ones are traps or attacks
MAX_SEGMENT_REPEATS = 3  # of one path segment: `/vi/en/vi/en/…`
MAX_PARAMS = 30

_SESSION = re.compile(r";jsessionid=[^/?]*", re.IGNORECASE)
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
_TRACKING = re.compile(r"utm_[a-z_]+|fbclid|gclid|zarsrc|_ga|mc_[ce]id", re.IGNORECASE)


def canonical(href: str, base: str, rules: UrlRules) -> str | None:
    """The one form of the URL that `href` on the page `base` names; None when it names no page.

    Gone are fragment, session id, tracking and family parameters and the language suffix of the
    family's trap; parameters are in the order of their names. Twice is once.
    """
    return _canonical(href.strip(), base, rules)


@lru_cache(maxsize=65_536)
def _canonical(href: str, base: str, rules: UrlRules) -> str | None:
    if not href or len(href) > MAX_URL_LENGTH or href.startswith("#"):
        return None
    try:
        url = ada_url.URL(href, base=base)
    except ValueError:
        return None
    if url.protocol not in ("http:", "https:") or not url.hostname or url.username or url.password:
        return None
    path = _SESSION.sub("", url.pathname)
    query = url.search.removeprefix("?")
    if rules.suffix_trap is not None:
        path = rules.suffix_trap.sub("", path) or "/"
        query = rules.suffix_trap.sub("", query)
    path = _ESCAPE.sub(lambda match: match[0].upper(), path)
    if rules.article.search(path):
        query = ""
    query = _ESCAPE.sub(lambda match: match[0].upper(), _kept_params(query, rules))
    return f"{url.protocol}//{url.host}{path}{'?' if query else ''}{query}"


def _kept_params(query: str, rules: UrlRules) -> str:
    kept = []
    for part in query.split("&"):
        name = part.partition("=")[0]
        if part and name not in rules.drop_params and not _TRACKING.fullmatch(name):
            kept.append(part)
    return "&".join(sorted(kept, key=lambda part: part.partition("=")[0]))


def refusal(url: str, site: Site) -> str:
    """Why this canonical URL may not be asked for: one short reason; "" when it may."""
    parsed = ada_url.URL(url)
    if parsed.hostname not in site.hosts:
        return "another host"
    asked = parsed.pathname + parsed.search
    for reason, pattern in (*site.family.urls.never, *site.never):
        if pattern.search(asked):
            return reason
    if len(url) > MAX_URL_LENGTH:
        return "trap: URL too long"
    segments = Counter(segment for segment in parsed.pathname.split("/") if segment)
    if segments and max(segments.values()) > MAX_SEGMENT_REPEATS:
        return "trap: repeated path segments"
    if parsed.search.count("&") >= MAX_PARAMS:
        return "trap: too many parameters"
    return ""


def native_id(url: str, rules: UrlRules) -> str | None:
    """The portal's own id of the article this URL names; None when it names none."""
    match = rules.article.search(ada_url.URL(url).pathname)
    return match["id"] if match else None


def origin(url: str) -> str:
    """Scheme, host and port of a URL: what one robots.txt speaks for."""
    return str(ada_url.URL(url).origin)
