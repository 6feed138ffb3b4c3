"""How one portal is asked: limits, identity, and the ways round the usual one.

Decides what a contradictory setting is, and refuses it with one line that holds no secret. Knows
nothing of config files.
"""

import base64
import ipaddress
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """How one portal is asked. Limits of time hold for each single request.

    `connect_to` and `proxy` exclude each other: both say where every connection goes. A proxy
    resolves names itself, so behind one only what a URL says literally is judged. With
    `tls="record"` whoever answers gets the section's headers and cookies: that is its word. Of
    `headers` the secret ones stay with the origin they were sent to first, the others go along
    on redirects. Raises ValueError for what makes no sense.
    """

    user_agent: str
    connect_s: float = 10.0  # name, connection and TLS
    idle_s: float = 20.0  # between two pieces of an answer
    total_s: float = 60.0  # from the request to the last byte
    max_wire_bytes: int = 8 << 20
    max_body_bytes: int = 16 << 20
    max_ratio: float = 100.0  # inflated to sent; judged above 1 MiB
    max_hops: int = 10  # redirects followed in one visit
    connect_to: tuple[str, int] | None = None  # address and port in place of every host's own
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # in place of ours
    secret_headers: frozenset[str] = frozenset()  # lower-case names whose values are kept as ***
    allowed_networks: tuple[Network, ...] = ()  # addresses the guard would refuse, but shall not
    proxy: str | None = field(default=None, repr=False)  # "http://[user:pass@]host:port"
    keeps_cookies: bool = False  # a jar per host, as long as the Fetcher lives
    tls: Literal["verify", "record"] = "verify"  # record: a bad certificate is noted, not refused

    def __post_init__(self) -> None:
        if self.connect_to is not None:
            ipaddress.ip_address(self.connect_to[0])  # ValueError for a name
        if self.tls not in ("verify", "record"):
            raise ValueError(f"tls = {self.tls!r}: allowed is verify or record")
        if self.proxy is not None:
            if self.connect_to is not None:
                raise ValueError("connect_to and proxy exclude each other; keep one")
            Proxy.parse(self.proxy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """An HTTP proxy, with its credentials apart from its address."""

    host: str  # name or address, without brackets
    port: int
    authorization: str | None = field(default=None, repr=False)  # of Proxy-Authorization

    @property
    def url(self) -> str:
        """Its address without credentials."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @classmethod
    def parse(cls, text: str) -> "Proxy":
        """`http://[user:pass@]host:port`, user and password percent-encoded as in any URL.

        Raises ValueError; its message does not repeat the text, which may hold a password.
        """
        try:
            parts = urlsplit(text)
            host, port = parts.hostname, parts.port
        except ValueError:
            host = port = None
        if not host or not port or parts.scheme != "http" or parts.path not in ("", "/"):
            raise ValueError('proxy: allowed is "http://HOST:PORT" or "http://USER:PASS@HOST:PORT"')
        authorization = None
        if parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            authorization = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return cls(host=host, port=port, authorization=authorization)
