"""When a portal may be asked: the earliest permitted instant, and whether a URL may be at all.

Decides by robots.txt (RFC 9309), the configured delay, `Retry-After` and what the last visits
brought. Pure: `now` and random numbers are given, and every state is a record that can be stored.
It does not know what is due, who asks, or where states are kept.
"""

from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

from protego import Protego

from core.records import Capture, KeyState, Quality, Visit
from crawler.decode import decode_text

ROBOTS_LIFE = timedelta(hours=24)  # RFC 9309 2.4
ROBOTS_ASKED_AGAIN = timedelta(minutes=10)  # while robots.txt itself cannot be had
ROBOTS_MAX_BYTES = 500 * 1024  # RFC 9309 2.5
ROBOTS_MAX_REDIRECTS = 5  # RFC 9309 2.3.1.2
CRAWL_DELAY_MAX_S = 60.0  # a longer one would make a portal of 50,000 pages take a month
JITTER_SHARE = 0.1
RETRY_AFTER_MAX_S = 7 * 86_400.0
REFUSAL_FIRST_S = 60.0
REFUSAL_MAX_S = 86_400.0
REFUSALS_FORGOTTEN = timedelta(minutes=30)  # after the first normal answer
RETRY_FIRST_S = 300.0
RETRY_MAX_S = 86_400.0
_SILENT = frozenset(("Unreachable", "TimedOut", "Truncated"))  # of core.errors: nobody answered
_INSTANTS = ("fetched_at", "expires_at")  # of a Robots record


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """What one host's robots.txt allows us, from `fetched_at` until `expires_at`."""

    product: str  # our product token, "Khotin"
    fetched_at: datetime
    expires_at: datetime  # ask again then: 24 h, or 10 min while nothing is allowed for want of it
    is_allowed_all: bool = False  # there is none: a 4xx
    is_forbidden_all: bool = False  # it could not be had: 429, 5xx, unreachable
    text: str = ""  # what was read, at most 500 KiB; "" when there was nothing to read
    crawl_delay_s: float | None = None  # as written for us, not capped
    sitemaps: tuple[str, ...] = ()  # as written, in order, each once
    _rules: Protego = field(init=False, repr=False, compare=False)  # `text` as Protego matches it

    def __post_init__(self) -> None:
        object.__setattr__(self, "_rules", Protego.parse(self.text))

    @classmethod
    def from_answer(cls, visit: Visit, product: str, now: datetime) -> "Robots":
        """The rules after a visit to robots.txt, redirects included (RFC 9309 2.3.1).

        A 4xx allows everything, and so do redirects without end or out of scope; but 429 counts as
        a 5xx: nothing is allowed until it answers. So does an answer cut short, for the rule that
        concerns us may be in the rest.
        """
        last = visit.last
        if last is None or _is_robots_missing_for_now(visit, last):
            return cls.not_had(product, now)
        if last.status >= 300:
            return cls(
                product=product, fetched_at=now, expires_at=now + ROBOTS_LIFE, is_allowed_all=True
            )
        body = last.body[:ROBOTS_MAX_BYTES]
        if len(last.body) > ROBOTS_MAX_BYTES:  # a rule cut in two might say something else
            body = body[: body.rfind(b"\n") + 1]
        return cls.from_text(decode_text(body, "text/plain; charset=utf-8").text, now, product)

    @classmethod
    def not_had(cls, product: str, now: datetime) -> "Robots":
        """Nothing is allowed for now: the file may exist, but could not be had."""
        return cls(
            product=product,
            fetched_at=now,
            expires_at=now + ROBOTS_ASKED_AGAIN,
            is_forbidden_all=True,
        )

    @classmethod
    def from_text(cls, text: str, fetched_at: datetime, product: str) -> "Robots":
        """The rules of a robots.txt that was read at `fetched_at`, e.g. out of the archive."""
        rules = Protego.parse(text)
        return cls(
            product=product,
            fetched_at=fetched_at,
            expires_at=fetched_at + ROBOTS_LIFE,
            text=text,
            crawl_delay_s=_positive(rules.crawl_delay(product)),
            sitemaps=tuple(dict.fromkeys(rules.sitemaps)),
        )

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "Robots":
        """The record that `to_record` made."""
        instants = {name: datetime.fromisoformat(record[name]) for name in _INSTANTS}
        return cls(**(record | instants | {"sitemaps": tuple(record["sitemaps"])}))

    def to_record(self) -> dict[str, Any]:
        """Plain values for the archive's cache."""
        names = [each.name for each in fields(self) if each.init]
        record = {name: getattr(self, name) for name in names}
        record |= {name: record[name].isoformat() for name in _INSTANTS}
        return record | {"sitemaps": list(self.sitemaps)}

    def allows(self, url: str) -> bool:
        """Whether that absolute URL may be asked for. robots.txt itself always may."""
        if self.is_allowed_all:
            return True
        if self.is_forbidden_all:
            return url.partition("://")[2].partition("/")[2] == "robots.txt"
        return self._rules.can_fetch(url, self.product)


def delay_of(configured_s: float, robots: Robots, jitter: float) -> float:
    """Seconds between two requests: the larger of the configured delay and `Crawl-delay`.

    A `Crawl-delay` counts up to 60 s. `jitter` is a random number from 0 to 1 and adds up to 10 %,
    so that the delay is never shorter than either asks.
    """
    asked_s = min(robots.crawl_delay_s or 0.0, CRAWL_DELAY_MAX_S)
    return max(configured_s, asked_s) * (1.0 + JITTER_SHARE * jitter)


def quiet_until(
    now: datetime, hours: tuple[tuple[time, time], ...], zone: ZoneInfo
) -> datetime | None:
    """When the quiet hours end that hold `now`; None when none do.

    `hours` are begins and ends by the clocks of `zone`; an end before its begin is on the next day.
    Hours that touch are one rest.
    """
    at = now
    for _ in range(len(hours) + 1):
        ends = [end for window in hours if (end := _end_of(at, window, zone)) is not None]
        if not ends:
            break
        at = max(ends)
    return at if at > now else None


def _end_of(now: datetime, window: tuple[time, time], zone: ZoneInfo) -> datetime | None:
    begin, end = window
    here = now.astimezone(zone)
    for day in (here.date() - timedelta(days=1), here.date()):
        starts = datetime.combine(day, begin, zone)
        last_day = day if begin < end else day + timedelta(days=1)
        ends = datetime.combine(last_day, end, zone)
        if starts.astimezone(UTC) <= now < ends.astimezone(UTC):
            return ends.astimezone(UTC)
    return None


def day_of(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Begin and end, in UTC, of the day that holds `now` by the clocks of `zone`."""
    today = now.astimezone(zone).date()
    days = (today, today + timedelta(days=1))
    begin, end = (datetime.combine(day, time(), zone).astimezone(UTC) for day in days)
    return begin, end


def retry_after_s(value: str, now: datetime) -> float | None:
    """Seconds to wait by a `Retry-After` (RFC 9110 10.2.3), at most 7 days.

    `value` is a number of seconds or an HTTP date; a past date is 0, nonsense is None.
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:12]), RETRY_AFTER_MAX_S)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    if at.tzinfo is None:  # "-0000": RFC 5322 for UTC of unknown origin
        at = at.replace(tzinfo=UTC)
    return min(max((at - now).total_seconds(), 0.0), RETRY_AFTER_MAX_S)


def after_answer(
    state: KeyState, visit: Visit, *, delay_s: float, now: datetime, jitter: float
) -> KeyState:
    """What is remembered after a visit; `delay_s` as `delay_of` gave it, `jitter` from 0 to 1.

    A 429 or 503 blocks the key as long as its `Retry-After` asks; refused again, at least as long
    as the last refusal without one would have. Without one, and after a visit that nobody answered,
    it is 60 s, doubling up to a day, with 10 % jitter. Thirty minutes after the first normal answer
    the doubling is forgotten. A failure of ours (robots.txt, scope) is none of the host's, and an
    answer that makes no sense is one.
    """
    if visit.failure is not None and visit.failure.error == "Disallowed":
        if not visit.captures:
            return state  # nothing was sent
        slot_at = now + timedelta(seconds=delay_s)
        return replace(state, next_slot_at=max(state.next_slot_at, slot_at), asked_at=now)
    why = _why_refused(visit)
    if why:
        asked_s = _asked_s(visit.last, now) if visit.failure is None else None
        count = 0 if _is_forgotten(state, now) else state.refusals_count
        if asked_s is not None:
            # Who asks for a second each time and refuses each time means more than a second.
            least_s = _doubled_s(count - 1, jitter) if count else 0.0
            wait_s = max(asked_s, least_s, delay_s)
            why = f"{why}, Retry-After"
            if asked_s >= RETRY_AFTER_MAX_S:
                why = f"{why} of 7 days or more; look at it"
        else:
            wait_s = max(_doubled_s(count, jitter), delay_s)
        until = now + timedelta(seconds=wait_s)
        return KeyState(
            next_slot_at=until,
            blocked_until=until,
            refusals_count=count + 1,
            asked_at=now,
            reason=f"waiting until {_spoken(until, now)}: {why}",
        )
    next_slot_at = now + timedelta(seconds=delay_s)
    is_normal = visit.last is not None and visit.last.status < 500
    if _is_forgotten(state, now) or not state.refusals_count:
        return KeyState(next_slot_at=next_slot_at, asked_at=now)
    return KeyState(
        next_slot_at=next_slot_at,
        asked_at=now,
        refusals_count=state.refusals_count,
        answered_at=state.answered_at or (now if is_normal else None),
    )


def retry_due_at(visit: Visit, attempts_count: int, now: datetime) -> datetime | None:
    """When a target is due again whose visit brought no whole answer; None when it did.

    Five minutes after the first attempt (`attempts_count` 1), doubling up to a day. A 429 or 503
    with `Retry-After` is not due before that. None too for what will not change by asking again:
    a failure that is not retryable, a 404, a body that is too large.
    """
    wait_s = min(RETRY_FIRST_S * 2.0 ** min(max(attempts_count - 1, 0), 20), RETRY_MAX_S)
    last = visit.last
    if visit.failure is not None:
        return now + timedelta(seconds=wait_s) if visit.failure.is_retryable else None
    if last is None or last.status == 429 or last.status >= 500 or is_baseless(last):
        return now + timedelta(seconds=max(wait_s, _asked_s(last, now) or 0.0))
    if last.quality is Quality.TRUNCATED:
        return now + timedelta(seconds=wait_s)
    return None


def is_baseless(capture: Capture) -> bool:
    """Whether it is a 304 to a question that no 304 answers: it proves nothing."""
    return capture.status == 304 and capture.quality is not Quality.OK


def _is_robots_missing_for_now(visit: Visit, last: Capture) -> bool:
    """Whether robots.txt may exist but was not got: nothing is allowed then."""
    if visit.failure is not None and visit.failure.error != "Disallowed":
        return True
    if last.status in (304, 429) or last.status >= 500 or last.status < 200:
        return True
    is_enough = len(last.body) >= ROBOTS_MAX_BYTES or last.quality in (Quality.OK, Quality.EMPTY)
    return last.status < 300 and not is_enough


def _positive(seconds: float | None) -> float | None:
    return seconds if seconds is not None and 0.0 < seconds < float("inf") else None


def _doubled_s(count: int, jitter: float) -> float:
    """The pause after `count` refusals in a row before this one, with jitter."""
    doubled_s = REFUSAL_FIRST_S * 2.0 ** min(count, 20)
    return min(doubled_s, REFUSAL_MAX_S) * (1.0 + JITTER_SHARE * jitter)


def _why_refused(visit: Visit) -> str:
    """Why the host is to be left alone after this visit; "" when it answered normally."""
    if visit.failure is not None:
        return f"no answer, {visit.failure.message}" if visit.failure.error in _SILENT else ""
    if visit.last is not None and visit.last.status in (429, 503):
        return f"the host answered {visit.last.status}"
    return ""


def _asked_s(capture: Capture | None, now: datetime) -> float | None:
    """What a 429 or 503 asks by `Retry-After`, in seconds; None when it does not."""
    if capture is None or capture.status not in (429, 503):
        return None
    asked = [
        retry_after_s(value.decode("latin-1"), now)
        for name, value in capture.headers
        if name.lower() == b"retry-after"
    ]
    return max((seconds for seconds in asked if seconds is not None), default=None)


def _is_forgotten(state: KeyState, now: datetime) -> bool:
    return state.answered_at is not None and now - state.answered_at >= REFUSALS_FORGOTTEN


def _spoken(until: datetime, now: datetime) -> str:
    """An instant for people, in UTC; with the date when it is not today."""
    until = until.astimezone(UTC)
    is_today = until.date() == now.astimezone(UTC).date()
    return f"{until:%H:%M} UTC" if is_today else f"{until:%Y-%m-%d %H:%M} UTC"
