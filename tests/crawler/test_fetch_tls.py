"""Certificates: verified; where the portal is exempted, noted on each capture got that way."""

import asyncio
import ssl

import pytest

from core.clock import DrivenClock
from crawler.fetch import Fetcher, FetchSettings
from crawler.fetch.session import strict_context
from tests.crawler.visitor import HURRIED, START, Visitor, everything, target
from tests.faults import PAGE, FaultServer, answer, left_open, redirect
from tests.faults.certificates import HOST, KINDS, Authority
from tests.faults.leaks import nothing_leaks

TOLD = {
    "expired": "certificate has expired",
    "early": "certificate is not yet valid",
    "wrong-name": f"Hostname mismatch, certificate is not valid for '{HOST}'.",
    "unknown-issuer": "unable to get local issuer certificate",
    "self-signed": "self-signed certificate",
}
URL = f"https://{HOST}/ok"


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture(autouse=True)
def _trusted(authority, tmp_path, monkeypatch):
    """The system's trust store holds our authority alone."""
    monkeypatch.setenv("SSL_CERT_FILE", authority.write_to(tmp_path / "ca.pem"))


def visitor(server, **settings):
    return Visitor(server, connect_to=("127.0.0.1", server.port), **settings)


@pytest.mark.parametrize("mode", ["verify", "record"])
async def test_a_good_certificate_is_nothing_to_speak_of(authority, mode):
    """Whether the portal is exempted or not."""
    async with nothing_leaks(), FaultServer(tls=authority.context("good")) as server:
        visit = await visitor(server, tls=mode).visit(URL)
    assert (visit.failure, visit.last.body, visit.last.tls_error) == (None, PAGE, None)


@pytest.mark.parametrize("kind", TOLD)
async def test_a_bad_certificate_is_a_failure_that_says_why(authority, kind):
    """Not asked again within seconds, for it would end the same way, but at a due time."""
    async with nothing_leaks(), FaultServer(tls=authority.context(kind)) as server:
        asking = visitor(server)
        visit = await asking.visit(URL)
    assert (visit.failure.error, visit.failure.is_retryable) == ("Unreachable", True)
    assert visit.failure.message == f"{URL}: the certificate is refused: {TOLD[kind]}"
    assert (server.connections_count, server.requests, asking.clock.now()) == (0, [], START)


@pytest.mark.parametrize("kind", TOLD)
async def test_an_exempted_portal_is_read_and_each_capture_says_how_it_failed(authority, kind):
    """Nothing is sent before the first handshake failed."""
    async with nothing_leaks(), FaultServer(tls=authority.context(kind)) as server:
        visit = await visitor(server, tls="record").visit(URL)
    assert (visit.failure, visit.last.body) == (None, PAGE)
    assert visit.last.tls_error == TOLD[kind]
    assert len(server.requests) == 1


def test_every_kind_of_certificate_is_tried():
    """A new one in `certificates.py` needs its row here."""
    assert set(TOLD) == set(KINDS) - {"good"}


async def test_a_failed_certificate_is_remembered_for_its_host(authority):
    """One strict try for a host in a fetcher's life; the connection is kept like any other."""
    names = []
    context = authority.context("expired")
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    async with nothing_leaks(), FaultServer(tls=context) as server:
        settings = {**HURRIED, "connect_to": ("127.0.0.1", server.port), "tls": "record"}
        async with Fetcher(FetchSettings(**settings), DrivenClock(START)) as fetcher:
            for _ in range(3):
                page = target(f"https://{HOST}/ok-keep-alive")
                visit = await fetcher.fetch(page, permits=everything, delay_s=0.0)
                assert visit.last.tls_error == TOLD["expired"]
    assert names == [HOST, HOST]  # refused once, accepted once
    assert [request.connection_no for request in server.requests] == [1, 1, 1]


async def test_each_host_is_judged_by_itself(authority):
    """An exempted portal's other hosts are verified first too."""
    away = redirect("https://elsewhere.example.vn/ok")
    faults = {"/away": away}
    async with nothing_leaks(), FaultServer(faults, authority.context("wrong-name")) as server:
        visit = await visitor(server, tls="record").visit(f"https://{HOST}/away")
    assert [capture.status for capture in visit.captures] == [302, 200]
    assert [capture.tls_error for capture in visit.captures] == [TOLD["wrong-name"], None]


async def test_a_hop_without_tls_has_no_certificate_to_fail(authority):
    """From http to https of the same host: only the second is noted."""
    async with nothing_leaks(), FaultServer(tls=authority.context("expired")) as secure:
        plain = {"/up": redirect(f"https://localhost:{secure.port}/ok")}
        async with FaultServer(plain) as server:
            visit = await Visitor(server, tls="record").visit("/up")
    assert [capture.tls_error is None for capture in visit.captures] == [True, False]


async def test_a_server_that_speaks_no_tls_is_unreachable_not_exempted():
    """No certificate failed, so there is nothing to note; and no second try within seconds."""
    accepted = []

    async def in_the_clear(_reader, writer):
        accepted.append(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with nothing_leaks():
        listening = await asyncio.start_server(in_the_clear, "127.0.0.1", 0)
        async with listening:
            port = listening.sockets[0].getsockname()[1]
            asking = Visitor(None, connect_to=("127.0.0.1", port), tls="record")
            visit = await asking.visit(URL)
    assert (visit.captures, visit.failure.error) == ((), "Unreachable")
    assert (len(accepted), asking.clock.now()) == (1, START)


async def test_an_exempted_portal_that_then_breaks_is_a_failure(authority):
    """The relaxed try may fail like any other."""
    async with nothing_leaks(), FaultServer(tls=authority.context("expired")) as server:
        visit = await visitor(server, tls="record").visit(f"https://{HOST}/close-before")
    assert (visit.captures, visit.failure.error) == ((), "Unreachable")
    assert len(server.requests) == 3


async def test_cookies_and_limits_hold_on_an_exempted_portal_too(authority):
    """It is the same way, but for the certificate."""
    faults = {"/set": left_open(answer(PAGE, "Set-Cookie: a=s3cret; Path=/; Secure"))}
    async with FaultServer(faults, authority.context("self-signed")) as server:
        asking = visitor(server, tls="record", keeps_cookies=True, max_wire_bytes=1_000)
        visit = await asking.visit(f"https://{HOST}/set")
    assert (visit.last.truncated, len(visit.last.payload)) == ("length", 1_000)
    assert "s3cret" not in repr(visit)


def test_other_words_than_verify_and_record_are_refused():
    """There is no way to ask without looking."""
    with pytest.raises(ValueError, match="verify or record"):
        FetchSettings(user_agent="x", tls="ignore")


def test_the_strict_way_verifies_names_and_chains():
    """What the words above rest on."""
    context = strict_context()
    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
