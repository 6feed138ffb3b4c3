"""What stands in the town's portal at a given instant, and what happens there in three days.

`EVENTS` is the truth a crawler's findings are compared with. A pure function of the instant and a
seed: refuses to know of pages, requests and the wall clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Literal, assert_never
from zoneinfo import ZoneInfo

from demo.stories import Paragraph, Piece, Story, load_stories

EPOCH = datetime(2026, 5, 4, 0, 0, tzinfo=UTC)  # a Monday, 07:00 in the town
VISITS: tuple[datetime, ...] = tuple(EPOCH + timedelta(days=day, hours=1) for day in range(3))
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
HOST = "songmay.example.vn"

Kind = Literal["appears", "edited", "retitled", "moved", "removed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happens to one article. No page shows an update time, so all are quiet."""

    at: datetime  # aware UTC
    kind: Kind
    native_id: int
    note: str
    old: str = ""  # text, title or section before; "" when there was none
    new: str = ""  # text, title or section after


def _local(day: int, clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-05-{day:02}T{clock}").replace(tzinfo=ZONE).astimezone(UTC)


EVENTS: tuple[Event, ...] = (
    Event(
        at=_local(4, "09:15"),
        kind="edited",
        native_id=8104417,
        note="a number changes in one paragraph, nothing tells of it",
        old="1.240 con chó, mèo",
        new="1.420 con chó, mèo",
    ),
    Event(
        at=_local(4, "10:30"),
        kind="appears",
        native_id=8104466,
        note="new article in tin-tuc-su-kien",
    ),
    Event(
        at=_local(4, "14:05"),
        kind="retitled",
        native_id=8104425,
        note="new title, so a new slug in its URL; the old URL still answers",
        old="Khai mạc Hội bơi chải truyền thống trên sông Mây năm 2026",
        new="Hơn 200 tay chèo tranh tài tại Hội bơi chải truyền thống sông Mây",
    ),
    Event(
        at=_local(4, "15:40"),
        kind="removed",
        native_id=8104330,
        note="taken away: its URL answers 404, the lists drop it",
        old="kinh-te",
    ),
    Event(
        at=_local(4, "16:10"),
        kind="moved",
        native_id=8104352,
        note="to another section: its old URL answers 302 to the new one",
        old="tin-tuc-su-kien",
        new="van-hoa-xa-hoi",
    ),
    Event(
        at=_local(4, "17:20"),
        kind="appears",
        native_id=8104471,
        note="new article in van-hoa-xa-hoi",
    ),
    Event(
        at=_local(5, "09:10"),
        kind="appears",
        native_id=8104489,
        note="new article in dang-doan-the",
    ),
    Event(
        at=_local(5, "15:30"),
        kind="edited",
        native_id=8104388,
        note="one paragraph is added at the end",
        new=(
            "Chiều 5/5, Hạt Quản lý đê báo cáo đã xử lý xong hai vị trí lún tại kè Mây Hạ bằng rọ "
            "đá và vải địa kỹ thuật; việc đo đạc được tiếp tục hằng ngày cho đến hết mùa lũ."
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """What the filled weather block says of one place on one day."""

    place: str
    span_id: str  # id of the element that holds the value
    temperature_c: int
    condition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TownState:
    """The portal at one instant."""

    now: datetime  # aware UTC
    stories: tuple[Story, ...]  # newest first
    weather: tuple[Weather, ...]  # in page order
    visitors_count: int  # since the portal opened

    def story(self, native_id: int) -> Story | None:
        """The article with that id; None when it is not there, yet or any more."""
        return next((story for story in self.stories if story.native_id == native_id), None)

    def in_section(self, slug: str) -> tuple[Story, ...]:
        """The articles of a section, newest first."""
        return tuple(story for story in self.stories if story.section == slug)


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """The town with everything it will publish. Equal seeds give equal towns at any instant."""

    seed: int = 29
    stories: tuple[Story, ...] = field(default_factory=load_stories)
    events: tuple[Event, ...] = EVENTS

    def at(self, now: datetime) -> TownState:
        """The portal at an instant. Raises ValueError when that has no zone."""
        if now.tzinfo is None:
            raise ValueError(f"an instant without a zone: {now!r}")
        past = tuple(event for event in self.events if event.at <= now)
        standing = (self._standing(story, past, now) for story in self.stories)
        stories = sorted(
            (story for story in standing if story is not None),
            key=lambda story: (story.posted_at, story.native_id),
            reverse=True,
        )
        return TownState(
            now=now.astimezone(UTC),
            stories=tuple(stories),
            weather=_weather(self.seed, now.astimezone(ZONE).date()),
            visitors_count=1_284_503 + int((now - EPOCH) / timedelta(seconds=47)),
        )

    def _standing(self, story: Story, past: Iterable[Event], now: datetime) -> Story | None:
        if story.posted_at.replace(tzinfo=ZONE) > now:
            return None
        changed: Story | None = story
        for event in past:
            if changed is not None and event.native_id == story.native_id:
                changed = apply(event, changed)
        if changed is None:
            return None
        return replace(changed, views_count=story.views_count + self._views_since(story, now))

    def _views_since(self, story: Story, now: datetime) -> int:
        """Readers since the epoch or the publishing, whichever is later; never falls."""
        start = max(EPOCH, story.posted_at.replace(tzinfo=ZONE))
        a_day = Random(f"{self.seed}/views/{story.native_id}").uniform(0.8, 3.0)
        if story.posted_at.year == EPOCH.year:
            a_day *= 25  # people read news; old articles get a reader now and then
        return max(0, int((now - start) / timedelta(days=1) * a_day))


def apply(event: Event, story: Story) -> Story | None:
    """The article after an event; None when it is taken away. Raises when `old` is not there."""
    match event.kind:
        case "appears":
            return story
        case "edited":
            return replace(story, body=_edited(story.body, event))
        case "retitled":
            return replace(story, title=_expected(event, story.title))
        case "moved":
            return replace(story, section=_expected(event, story.section))
        case "removed":
            return None
        case _:
            assert_never(event.kind)


def _expected(event: Event, standing: str) -> str:
    if standing != event.old:
        raise ValueError(f"event on {event.native_id}: {standing!r} stands, not {event.old!r}")
    return event.new


def _edited(body: tuple[Piece, ...], event: Event) -> tuple[Piece, ...]:
    if not event.old:
        return (*body, Paragraph(text=event.new))
    edited = tuple(
        replace(piece, text=piece.text.replace(event.old, event.new))
        if isinstance(piece, Paragraph)
        else piece
        for piece in body
    )
    if edited == body:
        raise ValueError(f"event on {event.native_id}: {event.old!r} stands in no paragraph")
    return edited


_PLACES = (  # name, element id, coolest and warmest noon of an early May
    ("Hà Nội", "tempHanoi", 26, 34),
    ("Đà Nẵng", "tempDanang", 28, 35),
    ("TP Hồ Chí Minh", "tempHCM", 30, 37),
)
_CONDITIONS = ("Nắng nhẹ", "Nhiều mây", "Có mưa rào", "Trời nắng", "Mây thay đổi", "Có dông")


def _weather(seed: int, day: date) -> tuple[Weather, ...]:
    return tuple(_weather_of(place, seed=seed, day=day) for place in _PLACES)


def _weather_of(place: tuple[str, str, int, int], *, seed: int, day: date) -> Weather:
    name, span_id, low_c, high_c = place
    dice = Random(f"{seed}/weather/{name}/{day}")
    return Weather(
        place=name,
        span_id=span_id,
        temperature_c=dice.randint(low_c, high_c),
        condition=dice.choice(_CONDITIONS),
    )
