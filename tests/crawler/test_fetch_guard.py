"""No way in: the address is judged where the socket is made, whatever led there."""

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.fetch.guard import Guard, RefusedAddressError, refused_as
from tests.crawler.visitor import START, Visitor, serving
from tests.faults import PAGE, FaultServer, closed_port, redirect

REFUSED = [
    ("0.0.0.0", "the unspecified address"),
    ("0.1.2.3", "an address of this network"),
    ("10.0.0.1", "a private address"),
    ("10.255.255.255", "a private address"),
    ("100.64.0.1", "a carrier's shared address"),
    ("100.127.255.254", "a carrier's shared address"),
    ("100.100.100.200", "a cloud's metadata address"),
    ("127.0.0.1", "a loopback address"),
    ("127.255.255.254", "a loopback address"),
    ("168.63.129.16", "a cloud's metadata address"),
    ("169.254.0.1", "a link-local address"),
    ("169.254.169.254", "a cloud's metadata address"),
    ("172.16.0.1", "a private address"),
    ("172.31.255.255", "a private address"),
    ("192.0.0.192", "a protocol's address"),
    ("192.0.2.1", "a documentation address"),
    ("192.88.99.1", "a 6to4 relay"),
    ("192.168.1.1", "a private address"),
    ("198.18.0.1", "a benchmarking address"),
    ("224.0.0.1", "a multicast address"),
    ("239.255.255.250", "a multicast address"),
    ("240.0.0.1", "a reserved address"),
    ("255.255.255.255", "the broadcast address"),
    ("::", "the unspecified address"),
    ("::1", "a loopback address"),
    ("::7f00:1", "a reserved address"),
    ("::ffff:127.0.0.1", "a loopback address"),
    ("::ffff:a9fe:a9fe", "a cloud's metadata address"),
    ("::ffff:0:127.0.0.1", "a reserved address"),
    ("64:ff9b::10.0.0.1", "a tunnel to 10.0.0.1, a private address"),
    ("64:ff9b::a9fe:a9fe", "a tunnel to 169.254.169.254, a cloud's metadata address"),
    ("64:ff9b:1::1", "a reserved address"),
    ("100::1", "a reserved address"),
    ("2001:2::1", "a benchmarking address"),
    ("2001:10::1", "a reserved address"),
    ("2001:0:808:808::f7f7:f7f7", "a reserved address"),
    ("2001:db8::1", "a documentation address"),
    ("2001:0:a00:1::1", "a tunnel to 10.0.0.1, a private address"),
    ("2001:0:808:808::f5ff:fffe", "a tunnel to 10.0.0.1, a private address"),
    ("2002:7f00:1::", "a tunnel to 127.0.0.1, a loopback address"),
    ("2002:a00:1::1", "a tunnel to 10.0.0.1, a private address"),
    ("3fff::1", "a documentation address"),
    ("fc00::1", "a private address"),
    ("fd00:ec2::254", "a cloud's metadata address"),
    ("fe80::1", "a link-local address"),
    ("fe80::1%eth0", "a link-local address"),
    ("fec0::1", "a private address"),
    ("ff02::1", "a multicast address"),
    ("", "no address"),
    ("a.vn", "no address"),
]
PERMITTED = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "203.162.0.1",
    "223.255.255.255",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2001:4860:4860::8888",
    "2001:ee0::1",
    "2002:808:808::1",
    "2400:cb00::1",
]


@pytest.fixture
async def server():
    """A fault server, and nothing left open after it."""
    async with serving() as running:
        yield running


@pytest.mark.parametrize(("address", "kind"), REFUSED)
def test_an_address_that_is_not_the_public_networks_is_refused_by_name(address, kind):
    """IANA's special-purpose registries, clouds' metadata, and what tunnels to such."""
    assert refused_as(address) == kind


@pytest.mark.parametrize("address", PERMITTED)
def test_an_address_of_the_public_network_is_permitted(address):
    """Also right beside the refused ranges."""
    assert refused_as(address) == ""


@given(st.ip_addresses())
def test_nothing_that_python_calls_not_global_is_permitted(address):
    """A second opinion, by the standard library's tables (tunnels to public hosts apart)."""
    if refused_as(str(address)) == "" and address not in ipaddress.ip_network("64:ff9b::/96"):
        plain = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
        assert (plain or address).is_global
        assert not address.is_multicast


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_ipv6_clothes(address):
    """`::ffff:a.b.c.d` is the same machine."""
    assert refused_as(f"::ffff:{address}") == refused_as(str(address))


def test_exactly_what_is_allowed_is_allowed():
    """Also in IPv6 clothes; its neighbour is not."""
    allowed = (ipaddress.ip_network("10.1.2.3/32"), ipaddress.ip_network("fd00:1::/64"))
    assert refused_as("10.1.2.3", allowed) == ""
    assert refused_as("::ffff:10.1.2.3", allowed) == ""
    assert refused_as("10.1.2.4", allowed) == "a private address"
    assert refused_as("fd00:1::5", allowed) == ""
    assert refused_as("fd00:2::5", allowed) == "a private address"


def test_no_socket_is_made_to_a_refused_address():
    """The reason tells what to write."""
    info = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("10.1.2.3", 80))
    with pytest.raises(RefusedAddressError) as caught:
        Guard(())(info)
    assert caught.value.told == (
        "10.1.2.3 is a private address; if this portal really is there, write "
        'allow_addresses = ["10.1.2.3"] in its section'
    )


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "0x7f000001",
        "2130706433",
        "017700000001",
        "0177.0.0.01",
        "127.0.0.1.",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "0.0.0.0",
        "0",
        "localhost",
        "LOCALHOST",
    ],
)
async def test_no_spelling_of_an_inner_address_gets_through(server, host):
    """It is a failure that is not tried again, and the server is never asked."""
    visitor = Visitor(server, allowed_networks=())
    visit = await visitor.visit(f"http://{host}:{server.port}/ok")
    assert (visit.failure.error, visit.failure.is_retryable) == ("Disallowed", False)
    assert "address" in visit.failure.message
    assert "\n" not in visit.failure.message
    assert (visit.captures, server.requests, server.connections_count) == ((), [], 0)
    assert visitor.clock.now() == START


async def test_what_the_section_allows_is_asked_and_nothing_beside_it(server):
    """A portal in an intranet."""
    allowed = (ipaddress.ip_network("127.0.0.1/32"),)
    visit = await Visitor(server, allowed_networks=allowed).visit("/ok")
    assert visit.last.body == PAGE
    beside = f"http://127.0.0.2:{server.port}/ok"
    visit = await Visitor(server, allowed_networks=allowed).visit(beside)
    assert visit.failure.error == "Disallowed"
    assert 'allow_addresses = ["127.0.0.2"]' in visit.failure.message


@pytest.mark.parametrize(
    "path", ["/to-private", "/to-private-in-hex", "/to-metadata", "/to-mapped"]
)
async def test_a_redirect_to_an_inner_address_ends_the_visit(server, path):
    """The redirect is kept, and the failure says what was refused."""
    visit = await Visitor(server).visit(path)
    assert [capture.status for capture in visit.captures] == [302]
    assert visit.failure.error == "Disallowed"
    assert 'allow_addresses = ["' in visit.failure.message


class Names:
    """Answers name lookups of this process from a script: one list of addresses per lookup."""

    def __init__(self, monkeypatch):
        self.script = {}
        self.lookups = []
        self._real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self._look_up)

    def _look_up(self, host, port, family=0, type=0, proto=0, flags=0):  # noqa: A002
        if host not in self.script:
            return self._real(host, port, family, type, proto, flags)
        self.lookups.append(host)
        answers = self.script[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [entry for address in found for entry in self._real(address, port, type=type)]


@pytest.fixture
def names(monkeypatch):
    return Names(monkeypatch)


async def test_a_name_that_leads_inside_is_refused(server, names):
    """The name is innocent, its address is not."""
    names.script["portal.example.vn"] = [["127.0.0.1"]]
    visitor = Visitor(server, allowed_networks=())
    visit = await visitor.visit(f"http://portal.example.vn:{server.port}/ok")
    assert visit.failure.error == "Disallowed"
    assert "127.0.0.1 is a loopback address" in visit.failure.message
    assert server.connections_count == 0


async def test_a_name_that_changes_its_mind_changes_nothing(server, names):
    """What was judged is what is connected to: one lookup, and the socket's own address."""
    names.script["portal.example.vn"] = [["127.0.0.1"], ["127.0.0.2"]]
    url = f"http://portal.example.vn:{server.port}/ok"
    first = await Visitor(server).visit(url)
    assert (first.last.body, names.lookups) == (PAGE, ["portal.example.vn"])
    second = await Visitor(server).visit(url)
    assert second.failure.error == "Disallowed"
    assert "127.0.0.2" in second.failure.message


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.2", "127.0.0.1"], ["127.0.0.1", "10.1.2.3"], ["::1", "127.0.0.3", "127.0.0.1"]],
)
async def test_of_several_addresses_the_permitted_ones_are_used(server, names, addresses):
    """In whatever order they come."""
    names.script["portal.example.vn"] = [addresses]
    visit = await Visitor(server).visit(f"http://portal.example.vn:{server.port}/ok")
    assert (visit.failure, visit.last.ip) == (None, "127.0.0.1")


async def test_a_good_address_that_is_down_is_told_and_tried_again(names):
    """The refused one beside it does not make the failure final."""
    names.script["portal.example.vn"] = [["127.0.0.2", "127.0.0.1", "10.0.0.1"]]
    visit = await Visitor(None).visit(f"http://portal.example.vn:{closed_port()}/")
    assert (visit.failure.error, visit.failure.is_retryable) == ("Unreachable", True)
    assert "refused" in visit.failure.message


async def test_a_name_with_refused_addresses_alone_is_refused(server, names):
    """However many there are, and of both families."""
    names.script["portal.example.vn"] = [["10.0.0.1", "::1", "10.0.0.2", "fe80::1"]]
    visit = await Visitor(server).visit(f"http://portal.example.vn:{server.port}/ok")
    assert (visit.failure.error, visit.failure.is_retryable) == ("Disallowed", False)
    assert "allow_addresses" in visit.failure.message


async def test_a_redirect_to_a_name_that_leads_inside_is_refused(names):
    """The address is judged anew on each hop."""
    names.script["inner.example.vn"] = [["10.1.2.3"]]
    away = redirect("http://inner.example.vn/admin")
    async with FaultServer({"/away": away}) as server:
        visit = await Visitor(server).visit("/away")
    assert (visit.failure.error, len(visit.captures)) == ("Disallowed", 1)
    assert "10.1.2.3" in visit.failure.message


async def test_the_environment_opens_no_way_round(server, monkeypatch):
    """A proxy named there is not asked."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    visit = await Visitor(server).visit("/ok")
    assert visit.last.body == PAGE


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://a.vn/",
        "ws://a.vn/",
        "javascript:alert(1)",
        "unix:///run/docker.sock",
        "data:text/html,x",
        "about:blank",
        "not a url",
        "",
    ],
)
async def test_only_http_and_https_are_asked(server, url):
    """Everything else is refused before anything is opened."""
    visit = await Visitor(server).visit_url(url)
    assert (visit.failure.error, visit.failure.is_retryable) == ("Disallowed", False)


async def test_a_url_with_credentials_is_refused_and_not_repeated(server):
    """They would go to whoever answers, and into the archive."""
    visit = await Visitor(server).visit(f"http://user:s3cret@127.0.0.1:{server.port}/ok")
    assert visit.failure.error == "Disallowed"
    assert "s3cret" not in visit.failure.message
    assert "credentials" in visit.failure.message
    assert server.requests == []


async def test_a_redirect_to_a_url_with_credentials_is_the_last_answer(server):
    """Nobody's password is tried at our word."""
    visit = await Visitor(server).visit("/to-credentials")
    assert (visit.failure, [capture.status for capture in visit.captures]) == (None, [302])
