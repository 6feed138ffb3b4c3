"""Which addresses may be connected to: the public ones, and what the portal's section allows.

The address is judged when the socket is made: by then a name was resolved, a literal in any
spelling was read, and a redirect was followed, so nothing can change between check and connect.
Ports are free. Source: the IANA registries of special-purpose addresses (RFC 6890 and its
updates), and the addresses where clouds keep their machines' secrets.
"""

import errno
import ipaddress
import socket
from collections.abc import Iterable
from typing import Final

from crawler.fetch.settings import Network

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
AddressInfo = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]


def _named(*rows: tuple[str, str]) -> tuple[tuple[Network, str], ...]:
    return tuple((ipaddress.ip_network(network), kind) for network, kind in rows)


_METADATA: Final = "a cloud's metadata address"
_SPECIAL: Final = _named(
    # The first that fits gives the name.
    ("169.254.169.254/32", _METADATA),
    ("168.63.129.16/32", _METADATA),
    ("100.100.100.200/32", _METADATA),
    ("fd00:ec2::254/128", _METADATA),
    ("0.0.0.0/32", "the unspecified address"),
    ("0.0.0.0/8", "an address of this network"),
    ("10.0.0.0/8", "a private address"),
    ("100.64.0.0/10", "a carrier's shared address"),
    ("127.0.0.0/8", "a loopback address"),
    ("169.254.0.0/16", "a link-local address"),
    ("172.16.0.0/12", "a private address"),
    ("192.0.0.0/24", "a protocol's address"),
    ("192.0.2.0/24", "a documentation address"),
    ("192.88.99.0/24", "a 6to4 relay"),
    ("192.168.0.0/16", "a private address"),
    ("198.18.0.0/15", "a benchmarking address"),
    ("198.51.100.0/24", "a documentation address"),
    ("203.0.113.0/24", "a documentation address"),
    ("224.0.0.0/4", "a multicast address"),
    ("255.255.255.255/32", "the broadcast address"),
    ("240.0.0.0/4", "a reserved address"),
    ("::/128", "the unspecified address"),
    ("::1/128", "a loopback address"),
    ("fe80::/10", "a link-local address"),
    ("fec0::/10", "a private address"),
    ("fc00::/7", "a private address"),
    ("ff00::/8", "a multicast address"),
    ("2001:db8::/32", "a documentation address"),
    ("3fff::/20", "a documentation address"),
    ("2001:2::/48", "a benchmarking address"),
)
_PROTOCOLS: Final = ipaddress.ip_network("2001::/23")  # Teredo, ORCHID and others
_GLOBAL: Final = ipaddress.ip_network("2000::/3")  # all IPv6 that is given out to hosts
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052


class RefusedAddressError(OSError):
    """A socket was asked for that may not be made; `told` is the reason, one line for a person.

    All read alike as text: then the connector gives the first of several back as it is, instead
    of an error of its own that sums them up.
    """

    def __init__(self, told: str) -> None:
        super().__init__(errno.EACCES, "the address is refused")
        self.told = told


def refused_as(address: str, allowed: Iterable[Network] = ()) -> str:
    """What kind of address it is that may not be connected to, e.g. "a private address"; else "".

    `address` is literal, perhaps with a zone (`fe80::1%eth0`); what is none is refused. IPv4
    inside IPv6 is judged by what it leads to.
    """
    try:
        parsed = _unmapped(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return "no address"
    if any(parsed in network for network in allowed):
        return ""
    return _kind(parsed)


def advice(address: str, kind: str) -> str:
    """Why it is refused, and what to write to allow it; one line."""
    plain = address.partition("%")[0]
    try:
        plain = str(_unmapped(ipaddress.ip_address(plain)))
    except ValueError:
        return f"{plain[:60]!r} is {kind}"
    return (
        f"{plain} is {kind}; if this portal really is there, write "
        f'allow_addresses = ["{plain}"] in its section'
    )


class Guard:
    """Makes sockets to permitted addresses. What aiohttp calls a socket factory."""

    def __init__(self, allowed: tuple[Network, ...]) -> None:
        self._allowed = allowed

    def __call__(self, info: AddressInfo) -> socket.socket:
        """Raises `RefusedAddressError`."""
        address = str(info[4][0])
        if kind := refused_as(address, self._allowed):
            raise RefusedAddressError(advice(address, kind))
        return _made(info)


class Only:
    """Makes sockets to the given address and port alone: the operator's word for all hosts."""

    def __init__(self, address: str, port: int) -> None:
        self._place = (str(ipaddress.ip_address(address)), port)

    def __call__(self, info: AddressInfo) -> socket.socket:
        """Raises `RefusedAddressError`."""
        address, port = str(info[4][0]), int(info[4][1])
        if (address, port) != self._place:
            told = f"connect_to allows no other address than {self._place[0]} port {self._place[1]}"
            raise RefusedAddressError(told)
        return _made(info)


def _made(info: AddressInfo) -> socket.socket:
    made = socket.socket(info[0], info[1], info[2])
    made.setblocking(False)
    return made


def _unmapped(address: Address) -> Address:
    """IPv4 mapped into IPv6 (`::ffff:10.0.0.1`) is that IPv4 address to every kernel."""
    return getattr(address, "ipv4_mapped", None) or address


def _kind(address: Address) -> str:
    for network, kind in _SPECIAL:
        if address in network:
            return kind
    if isinstance(address, ipaddress.IPv4Address):
        return ""
    for inner in _tunnelled(address):
        if kind := _kind(inner):
            return f"a tunnel to {inner}, {kind}"
    if address in _NAT64:
        return ""
    if address not in _GLOBAL or address in _PROTOCOLS:
        return "a reserved address"
    return ""


def _tunnelled(address: ipaddress.IPv6Address) -> tuple[ipaddress.IPv4Address, ...]:
    """The IPv4 addresses that packets to this address go on to: NAT64, 6to4, Teredo."""
    if address in _NAT64:
        return (ipaddress.IPv4Address(int(address) & 0xFFFFFFFF),)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    return address.teredo or ()
