"""When a portal may be asked, and whether a URL may be at all."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.records import Capture, Failure, KeyState, PageKind, Quality, Target, Visit
from crawler.politeness import (
    Robots,
    after_answer,
    delay_of,
    retry_after_s,
    retry_due_at,
)

NOW = datetime(2025, 1, 1, 14, 0, tzinfo=UTC)
RULES = """User-agent: *
Disallow: /

User-agent: Khotin
Disallow: /tim-kiem
Allow: /tim-kiem/huong-dan
Crawl-delay: 5
Sitemap: https://a.vn/s.xml
Sitemap: https://a.vn/s.xml
"""
UNREACHABLE = Failure(error="Unreachable", message="refused", is_retryable=True)
BROKEN = Failure(error="FetchError", message="not HTTP", is_retryable=False)
FORBIDDEN = Failure(error="Disallowed", message="robots.txt", is_retryable=False)


def visited(status=200, body=b"", *, headers=(), failure=None, quality=Quality.OK):
    target = Target(portal="a", url="https://a.vn/robots.txt", kind=PageKind.ROBOTS, cycle_at=NOW)
    capture = Capture(
        url=target.url,
        captured_at=NOW,
        status=status,
        reason="",
        http_version="1.1",
        headers=headers,
        request_headers=(),
        payload=body,
        body=body,
        quality=quality,
    )
    captures = () if status == 0 else (capture,)
    return Visit(id="0" * 32, target=target, started_at=NOW, captures=captures, failure=failure)


def refused(status=429, retry_after=None):
    headers = () if retry_after is None else ((b"Retry-After", retry_after.encode()),)
    return visited(status, headers=headers)


def robots(visit):
    return Robots.from_answer(visit, "Khotin", NOW)


def test_the_rules_of_our_own_group_count():
    """Not those of the star, and the longest match wins."""
    found = robots(visited(200, RULES.encode()))
    assert found.allows("https://a.vn/tin/1")
    assert not found.allows("https://a.vn/tim-kiem?q=1")
    assert found.allows("https://a.vn/tim-kiem/huong-dan")
    assert (found.crawl_delay_s, found.sitemaps) == (5.0, ("https://a.vn/s.xml",))
    assert found.expires_at == NOW + timedelta(hours=24)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 301])
def test_without_a_robots_file_everything_is_allowed(status):
    """A 4xx, or redirects that lead nowhere, for a day."""
    found = robots(visited(status, b"User-agent: *\nDisallow: /"))
    assert found.is_allowed_all
    assert found.allows("https://a.vn/x")
    assert found.expires_at == NOW + timedelta(hours=24)


@pytest.mark.parametrize(
    "visit",
    [
        visited(429),
        visited(500),
        visited(503),
        visited(304),
        visited(0, failure=UNREACHABLE),
        visited(301, failure=UNREACHABLE),
        visited(200, b"User-agent: *\n", quality=Quality.TRUNCATED),
        visited(200, b"", quality=Quality.UNDECODABLE),
    ],
)
def test_while_robots_cannot_be_had_nothing_is_allowed(visit):
    """And it is asked for again after ten minutes."""
    found = robots(visit)
    assert found.is_forbidden_all
    assert not found.allows("https://a.vn/")
    assert not found.allows("https://a.vn/x/robots.txt")
    assert found.allows("https://a.vn/robots.txt")
    assert found.expires_at == NOW + timedelta(minutes=10)


def test_endless_redirects_count_as_no_robots_file():
    """RFC 9309 2.3.1.2."""
    assert robots(visited(302, failure=FORBIDDEN)).is_allowed_all


@pytest.mark.parametrize("quality", [Quality.OK, Quality.TRUNCATED, Quality.TOO_LARGE])
def test_only_the_first_500_kib_are_read(quality):
    """Up to the last whole line; what follows does not count, even if it was cut off."""
    filler = b"# " + b"x" * 97 + b"\n"
    body = b"User-agent: *\nDisallow: /a\n" + filler * 5_119 + b"Disallow: /bcdefghij\n" * 900
    found = robots(visited(200, body, quality=quality))
    assert not found.allows("https://a.vn/a")
    assert len(found.text) <= 500 * 1024
    assert found.text.endswith("\n")


def test_an_empty_or_foreign_robots_file_allows_everything():
    """A page of HTML has no rules."""
    assert robots(visited(200, b"", quality=Quality.EMPTY)).allows("https://a.vn/x")
    assert robots(visited(200, b"<html><p>404</p>")).allows("https://a.vn/x")
    assert robots(visited(200, b"\xef\xbb\xbfUser-agent: *\nDisallow: /x")).allows("https://a.vn/y")


def test_rules_out_of_the_archive_are_the_same_rules():
    """Text and instant are all that is needed."""
    found = robots(visited(200, RULES.encode()))
    assert Robots.from_text(found.text, NOW, "Khotin") == found


@given(st.binary(max_size=300), st.text(max_size=60))
def test_any_robots_file_and_any_url_give_an_answer(body, path):
    """Never an exception."""
    assert robots(visited(200, body)).allows(f"https://a.vn/{path}") in (True, False)


@pytest.mark.parametrize(
    ("configured_s", "crawl_delay", "delay_s"), [(2, None, 2), (2, 5, 5), (9, 5, 9), (2, 999, 60)]
)
def test_the_larger_delay_counts_and_a_crawl_delay_up_to_a_minute(
    configured_s, crawl_delay, delay_s
):
    """The configured one has no such cap."""
    line = "" if crawl_delay is None else f"Crawl-delay: {crawl_delay}"
    found = Robots.from_text(f"User-agent: *\n{line}\n", NOW, "Khotin")
    assert delay_of(configured_s, found, 0.0) == delay_s
    assert delay_of(configured_s, found, 1.0) == pytest.approx(delay_s * 1.1)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("99999999999999999999", 604_800.0),
        ("Wed, 01 Jan 2025 14:10:00 GMT", 600.0),
        ("Wed, 01 Jan 2025 14:10:00 -0000", 600.0),
        ("Wednesday, 01-Jan-25 14:10:00 GMT", 600.0),
        ("Wed, 01 Jan 2020 14:10:00 GMT", 0.0),
        ("Wed, 01 Jan 2099 14:10:00 GMT", 604_800.0),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("²", None),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(value, seconds):
    """At most seven days; nonsense is not obeyed."""
    assert retry_after_s(value, NOW) == seconds


@given(st.text(max_size=40))
def test_any_retry_after_gives_a_value(value):
    """Never an exception, and always within seven days."""
    found = retry_after_s(value, NOW)
    assert found is None or 0.0 <= found <= 604_800.0


def after(state, visit, now=NOW, jitter=0.0):
    return after_answer(state, visit, delay_s=2.0, now=now, jitter=jitter)


FRESH = KeyState(next_slot_at=NOW)


@pytest.mark.parametrize("status", [200, 304, 404, 500, 301])
def test_after_an_answer_the_next_slot_is_one_delay_away(status):
    """A missing page is no refusal."""
    found = after(FRESH, visited(status))
    assert found == KeyState(next_slot_at=NOW + timedelta(seconds=2), asked_at=NOW)


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_obeyed_and_told(status):
    """Blocked until then, in words with the time in UTC."""
    found = after(FRESH, refused(status, "300"))
    assert found.blocked_until == found.next_slot_at == NOW + timedelta(minutes=5)
    assert found.reason.startswith("waiting until 14:05 UTC: ")
    assert "Retry-After" in found.reason


def test_a_retry_after_of_nothing_still_keeps_the_delay():
    """No host can make us hurry."""
    assert after(FRESH, refused(429, "0")).next_slot_at == NOW + timedelta(seconds=2)


@pytest.mark.parametrize(
    "visit", [refused(), refused(503), refused(503, "soon"), visited(0, failure=UNREACHABLE)]
)
def test_refusals_without_a_date_double_from_a_minute_to_a_day(visit):
    """Failures of the connection alike; jitter adds up to a tenth."""
    state, waits = FRESH, []
    for _ in range(13):
        state = after(state, visit)
        waits.append((state.blocked_until - NOW).total_seconds())
    assert waits[:4] == [60.0, 120.0, 240.0, 480.0]
    assert waits[-1] == 86_400.0
    assert state.refusals_count == 13
    assert "2025-01-02 14:00 UTC" in state.reason
    assert after(FRESH, visit, jitter=1.0).blocked_until == NOW + timedelta(seconds=66)


def test_refusals_are_forgotten_half_an_hour_after_the_first_normal_answer():
    """Not at once, and not half an hour after the last one."""
    state = after(after(FRESH, refused()), refused())
    answered = after(state, visited(), NOW + timedelta(minutes=5))
    assert (answered.refusals_count, answered.blocked_until) == (2, None)
    later = after(answered, visited(), NOW + timedelta(minutes=20))
    assert later.answered_at == NOW + timedelta(minutes=5)
    again = after(later, refused(), NOW + timedelta(minutes=34))
    assert again.blocked_until == NOW + timedelta(minutes=38)
    assert again.answered_at is None
    forgotten = after(later, visited(), NOW + timedelta(minutes=35))
    assert forgotten.refusals_count == 0
    anew = after(later, refused(), NOW + timedelta(minutes=36))
    assert anew.blocked_until == NOW + timedelta(minutes=37)


def test_a_server_error_neither_forgives_nor_refuses():
    """500 is no normal answer."""
    state = after(FRESH, refused())
    assert after(state, visited(500)).answered_at is None
    assert after(state, visited(500)).refusals_count == 1


def test_what_we_did_not_ask_is_not_the_hosts_fault():
    """robots.txt or scope forbade it."""
    state = after(FRESH, refused())
    assert after(state, visited(0, failure=FORBIDDEN)) == state
    assert after(state, visited(302, failure=FORBIDDEN)) == state
    in_a_circle = after(FRESH, visited(302, failure=FORBIDDEN))
    assert in_a_circle == KeyState(next_slot_at=NOW + timedelta(seconds=2), asked_at=NOW)


@pytest.mark.parametrize(
    ("visit", "wait_s"),
    [
        (visited(200), None),
        (visited(304), None),
        (visited(404), None),
        (visited(500), 300),
        (refused(), 300),
        (refused(503, "3600"), 3600),
        (refused(503, "60"), 300),
        (visited(0, failure=UNREACHABLE), 300),
        (visited(301, failure=UNREACHABLE), 300),
        (visited(0, failure=BROKEN), None),
        (visited(0, failure=FORBIDDEN), None),
        (visited(200, b"x", quality=Quality.TRUNCATED), 300),
        (visited(200, b"x", quality=Quality.TOO_LARGE), None),
    ],
)
def test_when_a_target_is_due_again(visit, wait_s):
    """Only what may be otherwise next time."""
    expected = None if wait_s is None else NOW + timedelta(seconds=wait_s)
    assert retry_due_at(visit, 1, NOW) == expected


def test_a_target_that_keeps_failing_is_asked_ever_more_rarely():
    """From five minutes to a day."""
    waits = [
        (retry_due_at(visited(500), count, NOW) - NOW).total_seconds() for count in (0, 1, 2, 3, 99)
    ]
    assert waits == [300.0, 300.0, 600.0, 1_200.0, 86_400.0]


def test_a_host_that_asks_for_a_second_again_and_again_is_left_alone_for_longer():
    """`Retry-After: 0` with every 429: the first is obeyed, then the doubling holds."""
    visit = refused(429, "0")
    state, waits = KeyState(next_slot_at=NOW), []
    for _ in range(4):
        state = after_answer(state, visit, delay_s=2.0, now=NOW, jitter=0.0)
        waits.append((state.next_slot_at - NOW).total_seconds())
    assert waits == [2.0, 60.0, 120.0, 240.0]


def test_a_retry_after_beyond_seven_days_is_cut_and_said():
    """A person is to look at a host that asks for a year."""
    visit = refused(503, "31536000")
    state = after_answer(KeyState(next_slot_at=NOW), visit, delay_s=2.0, now=NOW, jitter=0.0)
    assert state.next_slot_at - NOW == timedelta(days=7)
    assert "7 days or more; look at it" in state.reason


def test_an_answer_that_makes_no_sense_is_an_answer():
    """The target is tried again in minutes, the machine after the usual pause."""
    failure = Failure(error="Malformed", message="not HTTP", is_retryable=True)
    visit = visited(0, failure=failure)
    state = after_answer(KeyState(next_slot_at=NOW), visit, delay_s=2.0, now=NOW, jitter=0.0)
    assert (state.next_slot_at - NOW).total_seconds() == 2.0
    due = retry_due_at(visit, 1, NOW)
    assert due is not None
    assert (due - NOW).total_seconds() == 300.0
