"""Through a proxy: where connections go, what is still refused, and who never sees its password."""

import base64
import logging

import pytest

from crawler.fetch import FetchSettings
from crawler.fetch.settings import Proxy
from tests.crawler.visitor import Visitor, serving
from tests.faults import PAGE, FaultServer, closed_port
from tests.faults.certificates import HOST, Authority
from tests.faults.leaks import nothing_leaks
from tests.faults.proxy import ProxyServer

SECRET = "p@ss:w/ord"
BASIC = "Basic " + base64.b64encode(f"khotin:{SECRET}".encode()).decode()


@pytest.fixture
async def server():
    """A fault server, and nothing left open after it."""
    async with serving() as running:
        yield running


def proxied(server, proxy, user="", **settings):
    address = f"http://{user}127.0.0.1:{proxy.port}"
    return Visitor(server, proxy=address, allowed_networks=(), **settings)


async def test_a_proxy_is_asked_for_the_whole_url(server):
    """The proxy's own address is the operator's word, though it is a loopback address."""
    async with ProxyServer(server.port) as proxy:
        visit = await proxied(server, proxy).visit("http://portal.example.vn/ok?a=1")
    assert (visit.failure, visit.last.body) == (None, PAGE)
    assert visit.last.url == "http://portal.example.vn/ok?a=1"
    assert proxy.heads[0].startswith("GET http://portal.example.vn/ok?a=1 HTTP/1.1\r\n")
    assert server.requests[0].header("Host") == "portal.example.vn"


async def test_the_proxys_address_is_not_taken_for_the_portals(server):
    """Who answered behind it is not known."""
    async with ProxyServer(server.port) as proxy:
        visit = await proxied(server, proxy).visit("http://portal.example.vn/ok")
    assert visit.last.ip is None


async def test_https_goes_through_a_tunnel_and_is_verified_at_its_end(tmp_path, monkeypatch):
    """The proxy sees a host and a port; the certificate is the portal's."""
    authority = Authority()
    monkeypatch.setenv("SSL_CERT_FILE", authority.write_to(tmp_path / "ca.pem"))
    async with (
        nothing_leaks(),
        FaultServer(tls=authority.context("good")) as server,
        ProxyServer(server.port, BASIC) as proxy,
    ):
        visit = await proxied(server, proxy, "khotin:p%40ss%3Aw%2Ford@").visit(f"https://{HOST}/ok")
    assert (visit.failure, visit.last.body, visit.last.tls_error) == (None, PAGE, None)
    assert proxy.heads[0].startswith(f"CONNECT {HOST}:443 HTTP/1.1\r\n")
    assert f"Proxy-Authorization: {BASIC}" in proxy.heads[0]
    assert "GET" not in proxy.heads[0]
    assert server.requests[0].header("Proxy-Authorization") is None


@pytest.mark.parametrize(("kind", "mode"), [("expired", "verify"), ("expired", "record")])
async def test_a_bad_certificate_behind_a_proxy_is_a_bad_certificate(
    tmp_path, monkeypatch, kind, mode
):
    """Refused, or noted where the portal is exempted."""
    authority = Authority()
    monkeypatch.setenv("SSL_CERT_FILE", authority.write_to(tmp_path / "ca.pem"))
    async with (
        FaultServer(tls=authority.context(kind)) as server,
        ProxyServer(server.port) as proxy,
    ):
        visit = await proxied(server, proxy, tls=mode).visit(f"https://{HOST}/ok")
    if mode == "verify":
        assert visit.failure.error == "Unreachable"
        assert "certificate has expired" in visit.failure.message
    else:
        assert (visit.last.body, visit.last.tls_error) == (PAGE, "certificate has expired")


async def test_the_proxys_credentials_reach_the_proxy_and_nobody_else(server, caplog):
    """Not the capture, not the log, not a setting's representation."""
    caplog.set_level(logging.DEBUG)
    async with ProxyServer(server.port, BASIC) as proxy:
        visitor = proxied(server, proxy, "khotin:p%40ss%3Aw%2Ford@")
        visit = await visitor.visit("http://portal.example.vn/ok")
    assert visit.last.body == PAGE
    assert f"Proxy-Authorization: {BASIC}" in proxy.heads[0]
    assert not [name for name, _ in visit.last.request_headers if name.lower().startswith(b"proxy")]
    said = repr(visit) + caplog.text + repr(visitor.fetcher._settings)
    assert not [secret for secret in (SECRET, BASIC, "p%40ss", BASIC[6:]) if secret in said]


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_that_wants_credentials_is_a_failure_not_an_answer(server, scheme):
    """A 407 is the proxy's word, never a capture of the portal; asking again at once is no use."""
    async with ProxyServer(server.port, BASIC) as proxy:
        visitor = proxied(server, proxy, "khotin:wr0ng@")
        visit = await visitor.visit(f"{scheme}://portal.example.vn/ok")
    assert (visit.captures, visit.failure.error, visit.failure.is_retryable) == (
        (),
        "Unreachable",
        True,
    )
    assert (
        visit.failure.message
        == f"{scheme}://portal.example.vn/ok: the proxy answers 407 Who are you"
    )
    assert "wr0ng" not in repr(visit)
    assert len(proxy.heads) == 1


async def test_a_portals_own_407_without_a_proxy_is_an_answer(server):
    """A strange portal, but its word."""
    visit = await Visitor(server).visit("/407")
    assert (visit.failure, visit.last.status) == (None, 407)


async def test_a_proxy_that_is_down_is_told_as_such_without_its_credentials(server):
    """One line; tried again later."""
    visitor = Visitor(server, proxy=f"http://khotin:s3cret@127.0.0.1:{closed_port()}")
    visit = await visitor.visit("http://portal.example.vn/ok")
    assert visit.failure.error == "Unreachable"
    assert "the proxy cannot be reached" in visit.failure.message
    assert "s3cret" not in repr(visit)


@pytest.mark.parametrize(
    "host",
    [
        "10.1.2.3",
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "2130706433",
        "169.254.169.254",
        "[::1]",
        "[::ffff:10.1.2.3]",
        "localhost",
        "a.localhost",
        "localhost.",
    ],
)
async def test_inner_addresses_in_a_url_are_not_asked_of_the_proxy_either(server, host):
    """Whatever the proxy would reach there is not ours to see."""
    async with ProxyServer(server.port) as proxy:
        visit = await proxied(server, proxy).visit(f"http://{host}/ok")
    assert (visit.failure.error, visit.failure.is_retryable) == ("Disallowed", False)
    assert (proxy.heads, server.requests) == ([], [])


async def test_a_redirect_to_an_inner_address_is_not_asked_of_the_proxy(server):
    """The first hop is a capture, the second is never sent."""
    async with ProxyServer(server.port) as proxy:
        visit = await proxied(server, proxy).visit("http://portal.example.vn/to-metadata")
    assert (visit.failure.error, len(visit.captures), len(proxy.heads)) == ("Disallowed", 1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "socks5://user:s3cret@127.0.0.1:1",
        "https://user:s3cret@127.0.0.1:1",
        "http://user:s3cret@127.0.0.1",
        "http://user:s3cret@:80",
        "http://user:s3cret@127.0.0.1:port",
        "http://user:s3cret@127.0.0.1:99999",
        "http://user:s3cret@127.0.0.1:80/path",
        "http://user:s3/cret@127.0.0.1:80",
        "http://[s3cret",
        "127.0.0.1:80",
        "",
    ],
)
def test_a_proxy_that_makes_no_sense_is_refused_without_being_repeated(text):
    """The message says what is allowed; what was written may hold a password."""
    with pytest.raises(ValueError, match=r"http://HOST:PORT") as caught:
        FetchSettings(user_agent="x", proxy=text)
    assert "s3" not in str(caught.value)


def test_connect_to_and_a_proxy_exclude_each_other():
    """Both say where every connection goes."""
    with pytest.raises(ValueError, match="exclude each other"):
        FetchSettings(user_agent="x", connect_to=("127.0.0.1", 1), proxy="http://127.0.0.1:1")


@pytest.mark.parametrize(
    ("text", "url", "pair"),
    [
        ("http://proxy.vn:3128", "http://proxy.vn:3128", None),
        ("http://proxy.vn:80/", "http://proxy.vn:80", None),
        ("http://[::1]:3128", "http://[::1]:3128", None),
        ("http://a:b@proxy.vn:3128", "http://proxy.vn:3128", b"a:b"),
        ("http://a%40b:%C4%91@proxy.vn:1", "http://proxy.vn:1", "a@b:đ".encode()),
        ("http://a@proxy.vn:1", "http://proxy.vn:1", b"a:"),
    ],
)
def test_a_proxys_address_and_credentials_are_told_apart(text, url, pair):
    """Percent-encoded as in any URL; an absent password is an empty one."""
    proxy = Proxy.parse(text)
    assert proxy.url == url
    expected = None if pair is None else f"Basic {base64.b64encode(pair).decode()}"
    assert proxy.authorization == expected
