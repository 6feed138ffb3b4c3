"""What a URL is to us: its one canonical form, whether it may be asked for, whose article it is.

Pure. Resolves by the WHATWG rules (ada-url), then takes away what does not choose the page.
Knows families only as data (`UrlRules`).
"""

import re
from collections import Counter
from functools import lru_cache
from typing import NamedTuple

import ada_url

from crawler.layout import Site, UrlRules

MAX_HREF_LENGTH = 4_000  # characters as written; what is dropped from a link may be long
MAX_URL_LENGTH = 2_000  # characters; longer ones are traps or attacks
MAX_SEGMENT_REPEATS = 3  # of one path segment: `/vi/en/vi/en/…`
MAX_PARAMS = 30
MAX_STEPS = 20  # until nothing more is to be taken away

# Of a path: parameters of servlets, and ASP.NET's cookieless segments `/(S(lit3py55t21z))/`.
_SESSION = re.compile(
    r";(?:jsessionid|phpsessid|sessionid|sid)=[^/?;]*"
    r"|/(?:\(|%28)(?:[ASFX](?:\(|%28)[^()/]*?(?:\)|%29))+(?:\)|%29)(?=/|$)",
    re.IGNORECASE,
)
_LOGIN = re.compile(  # of whatever family: a whole segment of the path
    r"/(?:dang-?nhap|dang-?xuat|log-?(?:in|out|on|off)|sign-?(?:in|out)|wp-login)"
    r"(?:\.[a-z]{2,5})?(?:/|$)",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")  # RFC 3986, 2.3: escaped or not, it is the same URL
_UNSENDABLE = re.compile(r"[{}|^`\\]")  # RFC 3986 has no such sign; WHATWG leaves some of them bare
_NOISE = re.compile(  # parameters that tell where a click came from, or whose session it is
    r"utm_[a-z_]+|mtm_[a-z_]+|(?:fb|g|d|y|tt|tw)clid|msclkid|[gw]braid|gclsrc|igshid|zarsrc|gidzl"
    r"|_g[al]|_hs(?:enc|mi)|mc_[ce]id|mkt_tok|_openstat"
    r"|phpsessid|jsessionid|aspsessionid[a-z]*|asp\.net_sessionid|cfid|cftoken|oscsid|zenid",
    re.IGNORECASE,
)
_FEED_PATH = re.compile(
    # `/rss`, `/feed/`, `/tin-tuc/rss.xml`, `/rss/tin-moi-nhat.rss`, `/-/asset_publisher/x/rss`
    r"/(?:rss|feeds?|atom)(?:\.(?:xml|rss|json|aspx|php|html?|chn))?/?$|\.(?:rss|atom)$"
    r"|/rss/[^/]+/?$|/feeds?/(?:.*\.(?:rss|xml)|(?:rss2?|atom|rdf|json)/?)$"
    r"|/(?:rss|feed)[-_][^/]*\.(?:xml|rss)$|/_layouts/(?:15/)?(?:list)?feed\.aspx$",
    re.IGNORECASE,
)
_FEED_QUERY = re.compile(  # `?type=rss`, `?feed=rss2`, NukeViet's `?nv=news&op=rss`
    r"(?:^|&)(?:type|format|feed|output|view|op)=(?:rss2?|atom|rdf|feed)(?:&|$)", re.IGNORECASE
)
# A session, or a section, a session of the council: the value tells. `s` is often a signature.
_MAYBE_SESSION = re.compile(r"(?:sid|sess(?:ion)?(?:_?id)?)=", re.IGNORECASE)
TOKEN = re.compile(  # of a machine's making
    r"(?=[a-z]*[0-9])(?=[0-9]*[a-z])[a-z0-9]{20,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    re.IGNORECASE,
)


def canonical(href: str, base: str, rules: UrlRules) -> str | None:
    """The one form of the URL that `href` on the page `base` names; None when it names no page.

    Gone are fragment, session id, tracking and family parameters and the language suffix of the
    family's trap; parameters are in the order of their names. Twice is once. Kept is what a server
    may tell apart: case and trailing slash of the path, escaped signs that have a meaning, `?a` and
    `?a=`, and the Unicode form of letters (NFC and NFD are other bytes).
    """
    href = href.strip()
    if not href or len(href) > MAX_HREF_LENGTH or href[0] == "#":
        return None
    return _resolved(href, _what_counts(href, base), rules)


def page_url(href: str, base: str, site: Site) -> str | None:
    """`canonical` as this site writes its own URLs: on its hosts http and https are one page."""
    form = canonical(href, base, site.family.urls)
    if form is None:
        return None
    scheme, _, rest = form.partition("://")
    wanted = site.home.partition("://")[0]
    is_own = scheme != wanted and rest.partition("/")[0] in site.hosts
    return f"{wanted}://{rest}" if is_own else form


class Link(NamedTuple):
    """Where a link leads that may be followed."""

    url: str  # canonical
    is_article: bool  # by its shape
    is_feed: bool = False  # plainly, by its shape


def link_of(href: str, base: str, site: Site) -> Link | None:
    """The link that `href` on the page `base` is; None when it may not be followed."""
    href = href.strip()
    if not href or len(href) > MAX_HREF_LENGTH or href[0] == "#":
        return None
    return _link(href, _what_counts(href, base), site)


@lru_cache(maxsize=65_536)
def _link(href: str, base: str, site: Site) -> Link | None:
    url = page_url(href, base, site)
    if url is None or refusal(url, site):
        return None
    if is_feed_url(url):
        return Link(url, is_article=False, is_feed=True)
    return Link(url, is_article_url(url, site.family.urls))


def _what_counts(href: str, base: str) -> str:
    """As much of the base as a link needs to be resolved: so pages share what is remembered."""
    first = href[0]
    if first == "?":
        return base
    root, folder = _heads(base)
    is_rooted = first == "/" or (
        first in "hH" and href[:8].lower().startswith(("http://", "https://"))
    )
    return root if is_rooted else folder


@lru_cache(maxsize=1_024)
def _heads(base: str) -> tuple[str, str]:
    """A URL as far as its host, and as far as its last folder."""
    root = base[: base.find("/", len("https://")) + 1]
    folder = base[: base.partition("?")[0].rfind("/") + 1]
    return root or base, folder or base


@lru_cache(maxsize=65_536)
def _resolved(href: str, base: str, rules: UrlRules) -> str | None:
    try:
        url = ada_url.join_url(base, href)
    except ValueError:
        return None
    return _reduced(url, rules)


class _Parts(NamedTuple):
    """A normalised URL of the web, cut where it is cut; without its fragment."""

    scheme: str
    place: str  # host, and port where it is not the usual one
    path: str
    query: str

    @property
    def host(self) -> str:
        return self.place if self.place.endswith("]") else self.place.partition(":")[0]

    @property
    def port(self) -> str:
        return self.place.removeprefix(self.host).removeprefix(":")

    @property
    def asked(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path


def _parts(url: str) -> _Parts | None:
    """Cut a URL that ada-url wrote: five times quicker than asking it for each part.

    None for what is not of the web, or has a user's name in it.
    """
    if not url.startswith(("http://", "https://")):
        return None
    rest, _, query = url.partition("#")[0].partition("?")
    scheme, _, rest = rest.partition("://")
    place, slash, path = rest.partition("/")
    return None if "@" in place or not place else _Parts(scheme, place, slash + path, query)


@lru_cache(maxsize=16_384)
def _reduced(url: str, rules: UrlRules) -> str | None:
    """Take away until nothing changes: what is gone may bring the next thing to light."""
    url = url.partition("#")[0]
    for _ in range(MAX_STEPS):
        parts = _parts(url)
        shorter = _without_noise(parts, rules) if parts is not None else None
        if shorter is None or shorter == url:
            return shorter
        url = ada_url.normalize_url(shorter)
    return None


def _without_noise(url: _Parts, rules: UrlRules) -> str | None:
    path = _SESSION.sub("", _written(url.path)) or "/"
    if rules.suffix_trap is not None:
        path = rules.suffix_trap.sub("", path) or "/"
    query = url.query
    if query:
        by_path = None if rules.has_query_articles else rules.article
        is_named = by_path is not None and by_path.search(path) is not None
        query = "" if is_named else _kept_params(query, rules)
    shorter = f"{url.scheme}://{url.place}{path}{'?' if query else ''}{query}"
    return shorter if len(shorter) <= MAX_URL_LENGTH else None


def _written(part: str) -> str:
    """The same signs, each escaped in the one way."""
    if _UNSENDABLE.search(part):
        part = _UNSENDABLE.sub(lambda sign: f"%{ord(sign[0]):02X}", part)
    return _ESCAPE.sub(_plain, part)


def _plain(escape: re.Match[str]) -> str:
    sign = chr(int(escape[0][1:], 16))
    return sign if _UNRESERVED.fullmatch(sign) else escape[0].upper()


def _kept_params(query: str, rules: UrlRules) -> str:
    """The parameters that choose the page. The trap may end any of them: their order is chance."""
    kept = []
    for written in _written(query).split("&"):
        part = rules.suffix_trap.sub("", written) if rules.suffix_trap is not None else written
        name = part.partition("=")[0]
        if part and name not in rules.drop_params and not _is_noise(part, name, rules):
            kept.append(part)
    return "&".join(sorted(kept, key=lambda part: part.partition("=")[0]))


def _is_noise(part: str, name: str, rules: UrlRules) -> bool:
    if _NOISE.fullmatch(name):
        return True
    if _MAYBE_SESSION.match(part) and TOKEN.fullmatch(part, len(name) + 1):
        return True
    return rules.drop_named is not None and rules.drop_named.fullmatch(name) is not None


@lru_cache(maxsize=65_536)
def refusal(url: str, site: Site) -> str:
    """Why this canonical URL may not be asked for: one short reason; "" when it may."""
    parts = _parts(ada_url.normalize_url(url))
    if parts is None or parts.host not in site.hosts:
        return "another host"
    if parts.port and parts.port != ada_url.URL(site.home).port:
        return "another port"
    asked = parts.asked
    for reason, pattern in (*site.family.urls.never, *site.never):
        if pattern.search(asked):
            return reason
    if _LOGIN.search(parts.path):
        return "login"
    if len(url) > MAX_URL_LENGTH:
        return "trap: URL too long"
    segments = [segment for segment in parts.path.split("/") if segment]
    is_deep = len(segments) > MAX_SEGMENT_REPEATS
    if is_deep and max(Counter(segments).values()) > MAX_SEGMENT_REPEATS:
        return "trap: repeated path segments"
    if parts.query.count("&") >= MAX_PARAMS:
        return "trap: too many parameters"
    return ""


@lru_cache(maxsize=65_536)
def native_id(url: str, rules: UrlRules) -> str | None:
    """The portal's own id of the article this URL names; None when it names none."""
    match = _article_match(url, rules)
    return (match["id"] or None) if match and "id" in match.re.groupindex else None


@lru_cache(maxsize=65_536)
def is_article_url(url: str, rules: UrlRules) -> bool:
    """Whether the URL has the shape of an article's in this family."""
    return _article_match(url, rules) is not None


def is_feed_url(url: str) -> bool:
    """Whether a URL is plainly that of a feed, or of a portal's list of its feeds (`/rss`)."""
    path, _, query = url.partition("?")
    at = path.find("/", len("https://"))
    return _FEED_PATH.search(path, at) is not None or _FEED_QUERY.search(query) is not None


def _article_match(url: str, rules: UrlRules) -> re.Match[str] | None:
    if rules.article is None:
        return None
    parts = _parts(ada_url.normalize_url(url))
    if parts is None:
        return None
    return rules.article.search(parts.asked if rules.has_query_articles else parts.path)


@lru_cache(maxsize=4_096)
def origin(url: str) -> str:
    """Scheme, host and port of a URL: what one robots.txt speaks for."""
    return str(ada_url.URL(url).origin)


@lru_cache(maxsize=4_096)
def host_of(url: str) -> str:
    """The host a URL names, without its port."""
    return str(ada_url.URL(url).hostname)
