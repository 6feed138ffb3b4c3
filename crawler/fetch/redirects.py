"""Where an answer leads, and what may go along (pure).

Decides what a `Location` means and what counts as the same origin. Whether the URL may be asked
for is `permits`'s word.
"""

import ada_url

from core.records import Capture

REDIRECTS = frozenset((301, 302, 303, 307, 308))
MAX_LOCATION_CHARS = 8_192  # no server takes a longer request line


def location(capture: Capture) -> str:
    """Where a redirect leads, resolved by the WHATWG rules, without fragment; "" for nowhere.

    Nowhere is what is no page of the web too: `mailto:`, a URL with credentials, one without end.
    """
    values = [value for name, value in capture.headers if name.lower() == b"location"]
    if not values:
        return ""
    text = values[0].decode("utf-8", "replace")  # portals write raw UTF-8 there
    try:
        url = ada_url.URL(text, capture.url)
    except ValueError:
        return ""
    if url.protocol not in ("http:", "https:") or url.username or url.password:
        return ""
    url.hash = ""
    return str(url.href) if len(url.href) <= MAX_LOCATION_CHARS else ""


def is_same_origin(url: str, following: str) -> bool:
    """Whether secrets may go along: the same host and port, and not out of TLS into the clear.

    From http to https of one host they may: the port changes from 80 to 443 then.
    """
    before, after = ada_url.URL(url), ada_url.URL(following)
    return before.host == after.host and after.protocol in (before.protocol, "https:")
