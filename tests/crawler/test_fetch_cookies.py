"""Cookies: none unless asked for; then kept for their host alone, and their values for nobody."""

import pytest

from core.clock import DrivenClock
from crawler.fetch import Fetcher, FetchSettings
from tests.crawler.visitor import HURRIED, START, Visitor, everything, serving, target
from tests.faults import PAGE, FaultServer, answer, left_open, redirect
from tests.faults.leaks import nothing_leaks

KEEPING = {"keeps_cookies": True}


@pytest.fixture
async def server():
    """A fault server, and nothing left open after it."""
    async with serving() as running:
        yield running


async def visits(settings, *urls):
    """The visits of one fetcher, in order."""
    fetcher = Fetcher(FetchSettings(**{**HURRIED, **settings}), DrivenClock(START))
    async with fetcher:
        return [await fetcher.fetch(target(url), permits=everything, delay_s=0.0) for url in urls]


async def test_a_page_that_demands_a_cookie_opens_to_who_keeps_it(server):
    """The redirect to itself is no circle when the question has changed."""
    visit = await Visitor(server, **KEEPING).visit("/cookie-demanding")
    assert visit.failure is None
    assert [capture.status for capture in visit.captures] == [302, 200]
    assert visit.last.body == PAGE
    assert server.requests[1].header("Cookie") == "pass=s3cret"


async def test_without_the_word_no_cookie_is_kept(server):
    """Neither within a visit nor to the next one."""
    page = server.url("/cookie-demanding")
    found = await visits({}, page, page)
    assert [visit.failure.error for visit in found] == ["Disallowed", "Disallowed"]
    assert [request.header("Cookie") for request in server.requests] == [None, None]


async def test_values_of_cookies_are_kept_as_stars(server):
    """Both ways; the names of the headers stay."""
    visit = await Visitor(server, **KEEPING).visit("/cookie-demanding")
    assert (b"Set-Cookie", b"***") in visit.captures[0].headers
    assert (b"Cookie", b"***") in visit.last.request_headers
    assert "s3cret" not in repr(visit)


async def test_cookies_live_as_long_as_the_fetcher(server):
    """The next visit sends them at once; the next fetcher does not."""
    page = server.url("/cookie-demanding")
    first, second = await visits(KEEPING, page, page)
    assert [len(first.captures), len(second.captures)] == [2, 1]
    (third,) = await visits(KEEPING, page)
    assert len(third.captures) == 2


async def test_a_wall_that_never_opens_is_a_circle():
    """The same cookie again changes nothing; a new one each time ends with the hops."""

    async def counting(connection):
        number = len(server.requests)
        more = ("Location: /always", f"Set-Cookie: n={number}; Path=/")
        await connection.send(answer(b"", *more, status="302 Found"))

    same = answer(b"", "Location: /same", "Set-Cookie: n=1; Path=/", status="302 Found")
    async with nothing_leaks(), FaultServer({"/same": same, "/always": counting}) as server:
        visit = await Visitor(server, **KEEPING).visit("/same")
        assert (visit.failure.error, len(visit.captures)) == ("Disallowed", 2)
        assert "circle" in visit.failure.message
        visit = await Visitor(server, **KEEPING).visit("/always")
        assert (visit.failure.error, len(visit.captures)) == ("Disallowed", 11)
        assert "more than 10" in visit.failure.message


@pytest.mark.parametrize(
    "domain", ["", "; Domain=example.vn", "; Domain=vn", "; Domain=b.example.vn"]
)
async def test_a_cookie_never_leaves_the_host_that_set_it(domain):
    """Whatever its Domain says: the hosts of gov.vn are not one portal."""
    setting = answer(PAGE, f"Set-Cookie: pass=s3cret; Path=/{domain}")
    async with FaultServer({"/set": setting}) as server:
        settings = {**KEEPING, "connect_to": ("127.0.0.1", server.port)}
        urls = ["http://a.example.vn/set", "http://b.example.vn/ok", "http://a.example.vn/ok"]
        await visits(settings, *urls)
    assert [request.header("Cookie") for request in server.requests] == [None, None, "pass=s3cret"]


async def test_a_redirect_to_another_host_takes_no_cookie_along():
    """Nor any header of that name from the section."""
    setting = left_open(
        answer(b"", "Location: http://b.example.vn/ok", "Set-Cookie: a=1; Domain=example.vn",
               status="302 Found")
    )  # fmt: skip
    async with FaultServer({"/away": setting}) as server:
        settings = {
            **KEEPING,
            "connect_to": ("127.0.0.1", server.port),
            "headers": (("Cookie", "own=s3cret"), ("Authorization", "Bearer s3cret")),
        }
        (visit,) = await visits(settings, "http://a.example.vn/away")
    assert visit.last.body == PAGE
    assert server.requests[0].header("Cookie") == "own=s3cret"
    assert server.requests[1].header("Cookie") is None
    assert server.requests[1].header("Authorization") is None
    assert "s3cret" not in repr(visit)


async def test_other_headers_of_the_section_go_along_and_secret_ones_do_not():
    """How we ask is said to everybody, who we are only where it was meant."""
    away = redirect("http://b.example.vn/ok")
    async with FaultServer({"/away": away}) as server:
        settings = {
            "connect_to": ("127.0.0.1", server.port),
            "headers": (("X-Key", "s3cret"), ("X-Open", "yes")),
            "secret_headers": frozenset(("x-key",)),
        }
        await visits(settings, "http://a.example.vn/away")
    assert [request.header("X-Key") for request in server.requests] == ["s3cret", None]
    assert [request.header("X-Open") for request in server.requests] == ["yes", "yes"]


async def test_secrets_do_not_come_back_after_a_visit_elsewhere():
    """There and back again: whoever sent us away may not send us back with a key in hand."""
    async with FaultServer(
        {"/away": redirect("http://b.example.vn/back"), "/back": redirect("http://a.example.vn/ok")}
    ) as server:
        settings = {
            "connect_to": ("127.0.0.1", server.port),
            "headers": (("X-Key", "s3cret"),),
            "secret_headers": frozenset(("x-key",)),
        }
        (visit,) = await visits(settings, "http://a.example.vn/away")
    assert len(visit.captures) == 3
    assert [request.header("X-Key") for request in server.requests] == ["s3cret", None, None]


@pytest.mark.parametrize(
    "value", ["a=b=c; Path=/", 'a="quoted, with comma"; Path=/', "a=%C4%91; Path=/", "a=; Path=/"]
)
async def test_a_cookies_value_goes_back_as_it_came(value):
    """No library quotes it anew."""
    async with FaultServer({"/set": answer(PAGE, f"Set-Cookie: {value}")}) as server:
        await visits(KEEPING, server.url("/set"), server.url("/ok"))
    assert server.requests[1].header("Cookie") == value.partition(";")[0]


@pytest.mark.parametrize(
    "value",
    ["", ";;;", "=", "a", "a=\xff\xfe", "a=1; Expires=garbage", "a=1; Max-Age=x", "\t", "a b=c"],
)
async def test_cookies_that_make_no_sense_harm_nothing(value):
    """The page is kept, and the next one too."""
    async with FaultServer({"/set": answer(PAGE, f"Set-Cookie: {value}")}) as server:
        found = await visits(KEEPING, server.url("/set"), server.url("/ok"))
    assert [visit.last.body for visit in found] == [PAGE, PAGE]


async def test_a_flood_of_cookies_is_bounded():
    """A hundred a page, page after page: requests stay small enough to be answered."""

    async def flood(connection):
        number = len(server.requests)
        more = [f"Set-Cookie: c{number}-{each}={'x' * 50}; Path=/" for each in range(100)]
        await connection.send(answer(PAGE, *more))

    async with FaultServer({"/flood": flood}) as server:
        await visits(KEEPING, *[server.url("/flood")] * 20)
        sent = [request.header("Cookie") or "" for request in server.requests]
    assert max(len(cookies) for cookies in sent) < 64 * 1024
