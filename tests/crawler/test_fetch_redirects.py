"""Redirects hop by hop, and where connections really go."""

import asyncio
import shutil
import ssl
import subprocess

import pytest

from crawler.fetch import FetchSettings
from tests.crawler.visitor import START, Visitor, serving
from tests.faults import FAULTS, PAGE, FaultServer, closed_port


@pytest.fixture
async def server():
    """A fault server, and nothing left open after it."""
    async with serving() as running:
        yield running


async def test_redirects_are_followed_hop_by_hop_with_the_delay_between(server):
    """Each hop is a capture, asked and waited for; the clock shows it."""
    asked = []
    visitor = Visitor(server)
    visit = await visitor.visit("/chain/3", permits=lambda url: asked.append(url) or "")
    assert [capture.status for capture in visit.captures] == [302, 302, 302, 200]
    assert asked == [server.url(f"/chain/{left}") for left in (3, 2, 1, 0)]
    times = [(capture.captured_at - START).total_seconds() for capture in visit.captures]
    assert times == [0.0, 5.0, 10.0, 15.0]


async def test_validators_are_for_the_first_hop_alone(server):
    """Another URL has others."""
    await Visitor(server).visit("/chain/1", etag='"v1"')
    assert [request.header("If-None-Match") for request in server.requests] == ['"v1"', None]


@pytest.mark.parametrize(
    ("path", "last"),
    [
        ("/to-relative", "/ok?from=../x"),
        ("/to-raw-utf8", "/ok?q=tin%20m%E1%BB%9Bi"),
        ("/to-fragment", "/ok"),
    ],
)
async def test_a_location_is_resolved_as_browsers_do(server, path, last):
    """Relative, with raw letters, without fragment."""
    visit = await Visitor(server).visit(path)
    assert visit.last.url == server.url(last)
    assert visit.last.body == PAGE


@pytest.mark.parametrize("path", ["/to-mail", "/to-nowhere"])
async def test_a_redirect_that_leads_to_no_page_is_the_last_answer(server, path):
    """No failure: that is what the portal says."""
    visit = await Visitor(server).visit(path)
    assert (visit.failure, len(visit.captures), visit.last.status) == (None, 1, 302)


async def test_a_redirect_out_of_scope_is_the_last_answer(server):
    """It is not followed, and no delay passes."""
    visitor = Visitor(server)
    visit = await visitor.visit("/to-other-host", permits=lambda url: "" if "127" in url else "no")
    assert (visit.failure, len(visit.captures), visit.last.status) == (None, 1, 301)
    assert visitor.clock.now() == START


@pytest.mark.parametrize(("path", "count"), [("/loop-a", 2), ("/cookie-demanding", 1)])
async def test_redirects_in_a_circle_end_with_their_captures(server, path, count):
    """The failure names the URL; no cookie is kept that would open the circle."""
    visit = await Visitor(server).visit(path)
    assert (visit.failure.error, len(visit.captures)) == ("Disallowed", count)
    assert server.url(path) in visit.failure.message
    assert all(request.header("Cookie") is None for request in server.requests)


async def test_too_many_redirects_end_after_the_allowed_ones(server):
    """Ten are followed by default, fewer when so set."""
    assert len((await Visitor(server).visit("/chain/12")).captures) == 11
    visit = await Visitor(server, max_hops=2).visit("/chain/3")
    assert (visit.failure.error, len(visit.captures)) == ("Disallowed", 3)


async def test_an_error_after_a_redirect_keeps_the_redirect():
    """Both, captures and failure."""
    fault = FAULTS["/to-relative"].replace(b"ok?from=../x", b"/reset-before")
    async with FaultServer({"/to-reset": fault}) as server:
        visit = await Visitor(server).visit("/to-reset")
    assert (visit.failure.error, len(visit.captures)) == ("Unreachable", 1)


async def test_secrets_stay_with_their_host():
    """Another origin gets the page's address, not our key."""
    async with FaultServer() as other:
        away = FAULTS["/to-relative"].replace(b"ok?from=../x", other.url("/ok").encode())
        async with FaultServer({"/away": away}) as server:
            visitor = Visitor(
                server, headers=(("X-Key", "s3cret"),), secret_headers=frozenset(("x-key",))
            )
            await visitor.visit("/away")
        assert server.requests[0].header("X-Key") == "s3cret"
        assert other.requests[0].header("X-Key") is None


async def test_connect_to_goes_there_and_says_the_urls_host(server):
    """Address and port replaced; the Host header and the capture's URL are the portal's."""
    visitor = Visitor(server, connect_to=("127.0.0.1", server.port))
    for url in ("http://sontay.hanoi.gov.vn/ok", "http://sontay.hanoi.gov.vn:8080/ok"):
        visit = await visitor.visit(url)
        assert (visit.last.body, visit.last.url, visit.last.ip) == (PAGE, url, "127.0.0.1")
        assert server.requests[-1].header("Host") == url.split("/")[2]


async def test_with_connect_to_no_literal_address_slips_past(server):
    """The resolver is not asked for those; the socket refuses."""
    visit = await Visitor(server, connect_to=("127.0.0.1", closed_port())).visit("/ok")
    assert visit.failure.error == "Disallowed"
    assert "connect_to" in visit.failure.message
    assert server.requests == []


def test_connect_to_takes_an_address_not_a_name():
    """A name would have to be resolved."""
    with pytest.raises(ValueError, match="localhost"):
        FetchSettings(user_agent="x", connect_to=("localhost", 80))


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with openssl")
async def test_an_untrusted_certificate_is_a_failure_that_says_why(tmp_path):
    """Over connect_to, so that the name asked for in TLS is the portal's."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ("-subj", "/CN=sontay.hanoi.gov.vn", "-days", "2")
    made = ("-keyout", str(key), "-out", str(certificate))
    subprocess.run(
        ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject, *made),
        check=True,
        capture_output=True,
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    names = []
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    listening = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0, ssl=context)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        visitor = Visitor(None, connect_to=("127.0.0.1", port))
        visit = await visitor.visit("https://sontay.hanoi.gov.vn/")
    assert visit.failure.error == "Unreachable"
    assert "self-signed certificate" in visit.failure.message
    assert set(names) == {"sontay.hanoi.gov.vn"}
