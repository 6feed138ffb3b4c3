"""The only socket to a portal: asks for a URL, follows redirects, keeps what came.

Raises inside, gives a `Visit` outside: every answer, also a 404 or half a page, is a capture, and
what brought no answer is a failure. Cancelling passes through. It asks nothing that `permits` does
not allow, but knows neither scope nor robots.txt; it does not read pages.

    settings    how a portal is asked: limits, identity, ways round
    guard       which addresses may be connected to
    session     connections: sockets, names, proxy, cookies, certificates
    answer      what arrives on them
    redirects   where an answer leads
    translate   what goes wrong, as errors of our tree
    fetcher     one visit, hop by hop
"""

from crawler.fetch.fetcher import Fetcher
from crawler.fetch.settings import FetchSettings, Network

__all__ = ["FetchSettings", "Fetcher", "Network"]
