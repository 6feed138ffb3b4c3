"""The model of the town: what stands when, and the truth a crawler is compared with."""

import unicodedata
from datetime import datetime, timedelta
from random import Random

import pytest

from demo.stories import SECTIONS, Paste, load_stories, slug_of
from demo.town import EPOCH, EVENTS, VISITS, ZONE, Event, Town, apply

TOWN = Town()


def _events(kind: str) -> list[Event]:
    return [event for event in EVENTS if event.kind == kind]


def _changed_ids(before: datetime, after: datetime) -> set[int]:
    earlier = {it.native_id: (it.section, it.title, it.text) for it in TOWN.at(before).stories}
    later = {it.native_id: (it.section, it.title, it.text) for it in TOWN.at(after).stories}
    return {key for key in earlier | later if earlier.get(key) != later.get(key)}


def test_the_same_instant_always_shows_the_same_town() -> None:
    """The state is a function of the instant and the seed alone."""
    assert Town().at(VISITS[1]) == Town().at(VISITS[1])


def test_another_seed_gives_other_counters_and_other_weather_but_the_same_articles() -> None:
    """The seed moves what is chance, never what is published."""
    one, other = TOWN.at(VISITS[2]), Town(seed=5).at(VISITS[2])
    assert {it.text for it in one.stories} == {it.text for it in other.stories}
    assert one.weather != other.weather
    assert [it.views_count for it in one.stories] != [it.views_count for it in other.stories]


def test_an_instant_without_zone_is_refused() -> None:
    """Nobody may ask for a town at an unclear moment."""
    with pytest.raises(ValueError, match="without a zone"):
        TOWN.at(datetime(2026, 5, 4, 8, 0))


def test_the_epoch_is_a_monday_morning_in_the_town() -> None:
    """07:00 on a Monday, Vietnamese time; visits follow an hour later on three days."""
    local = EPOCH.astimezone(ZONE)
    assert (local.isoweekday(), local.hour) == (1, 7)
    assert [visit - EPOCH for visit in VISITS] == [
        timedelta(hours=1),
        timedelta(days=1, hours=1),
        timedelta(days=2, hours=1),
    ]


def test_articles_that_stand_from_the_start_were_published_before_the_epoch() -> None:
    """What is posted later has an event of its own, at the minute it is posted."""
    appearing = {event.native_id: event.at for event in _events("appears")}
    for story in load_stories():
        posted = story.posted_at.replace(tzinfo=ZONE)
        assert appearing.get(story.native_id, posted) == posted
        assert (posted > EPOCH) == (story.native_id in appearing)


def test_events_run_forward_and_none_falls_on_a_visit() -> None:
    """The list is in order of time and between the first and the last visit."""
    moments = [event.at for event in EVENTS]
    assert moments == sorted(moments)
    assert VISITS[0] < moments[0]
    assert moments[-1] < VISITS[2]
    assert not set(moments) & set(VISITS)


@pytest.mark.parametrize(("first", "second"), [(0, 1), (1, 2)])
def test_what_differs_between_two_visits_is_what_the_events_say(first: int, second: int) -> None:
    """No article changes without an event, and every event can be seen."""
    said = {event.native_id for event in EVENTS if VISITS[first] < event.at < VISITS[second]}
    assert _changed_ids(VISITS[first], VISITS[second]) == said


def test_the_kinds_of_events_are_those_of_the_plan() -> None:
    """Two new, one edited, retitled, moved, removed on day one; one new, one edited on day two."""
    days = [sorted(it.kind for it in EVENTS if (it.at - EPOCH).days == day) for day in range(2)]
    assert days[0] == ["appears", "appears", "edited", "moved", "removed", "retitled"]
    assert days[1] == ["appears", "edited"]


def test_the_quiet_edit_changes_one_number_and_nothing_else() -> None:
    """1.240 becomes 1.420; title, lead, time and every other word stay."""
    event = next(it for it in _events("edited") if it.old)
    before = TOWN.at(VISITS[0]).story(event.native_id)
    after = TOWN.at(VISITS[1]).story(event.native_id)
    assert before is not None
    assert after is not None
    assert after.text == before.text.replace("1.240", "1.420") != before.text
    assert (after.title, after.lead, after.posted_at) == (
        before.title,
        before.lead,
        before.posted_at,
    )


def test_the_later_edit_adds_one_paragraph_at_the_end() -> None:
    """The old body is a true beginning of the new one."""
    event = next(it for it in _events("edited") if not it.old)
    before = TOWN.at(VISITS[1]).story(event.native_id)
    after = TOWN.at(VISITS[2]).story(event.native_id)
    assert before is not None
    assert after is not None
    assert after.body[:-1] == before.body
    assert after.text == f"{before.text}\n{event.new}"


def test_the_retitled_article_keeps_its_id_and_its_text() -> None:
    """Title and slug change, nothing else."""
    (event,) = _events("retitled")
    before = TOWN.at(VISITS[0]).story(event.native_id)
    after = TOWN.at(VISITS[1]).story(event.native_id)
    assert before is not None
    assert after is not None
    assert (before.title, after.title) == (event.old, event.new)
    assert before.path != after.path
    assert before.text == after.text


def test_the_removed_article_never_comes_back() -> None:
    """It stands at the first visit and at no later one."""
    (event,) = _events("removed")
    standing = [TOWN.at(visit).story(event.native_id) is not None for visit in VISITS]
    assert standing == [True, False, False]


def test_the_moved_article_changes_its_section_only() -> None:
    """Same id, same text, another section."""
    (event,) = _events("moved")
    before = TOWN.at(VISITS[0]).story(event.native_id)
    after = TOWN.at(VISITS[1]).story(event.native_id)
    assert before is not None
    assert after is not None
    assert (before.section, after.section) == (event.old, event.new)
    assert before.text == after.text


def test_view_counts_never_fall() -> None:
    """Counters are monotone in time, hour by hour through all three days."""
    seen: dict[int, int] = {}
    for hour in range(60):
        for story in TOWN.at(EPOCH + timedelta(hours=hour)).stories:
            assert story.views_count >= seen.get(story.native_id, 0)
            seen[story.native_id] = story.views_count


def test_news_is_read_between_two_visits() -> None:
    """Every article of this year has new readers each day, so a crawler has a series to keep."""
    first, second = TOWN.at(VISITS[0]), TOWN.at(VISITS[1])
    for story in first.stories:
        later = second.story(story.native_id)
        if later is not None and story.posted_at.year == EPOCH.year:
            assert later.views_count > story.views_count


def test_weather_changes_from_day_to_day_and_not_within_one() -> None:
    """One value per place and local day."""
    days = [TOWN.at(visit).weather for visit in VISITS]
    assert len({*days}) == len(days)
    assert TOWN.at(VISITS[0] + timedelta(hours=3)).weather == days[0]
    assert [it.place for it in days[0]] == ["Hà Nội", "Đà Nẵng", "TP Hồ Chí Minh"]


def test_stories_are_composed_unicode_and_have_ids_of_their_own() -> None:
    """NFC throughout; an id stands for one article."""
    stories = load_stories()
    assert all(unicodedata.is_normalized("NFC", it.title + it.text) for it in stories)
    assert len({it.native_id for it in stories}) == len(stories) >= 30


def test_the_stories_hold_every_shape_the_reader_must_know() -> None:
    """Word paste, imported ones without hour, table, list, files, an empty lead, four sections."""
    stories = load_stories()
    kinds = {type(piece).__name__ for it in stories for piece in it.body}
    assert kinds == {"Paragraph", "Picture", "Bullets", "Table", "File"}
    assert {it.paste for it in stories} == set(Paste)
    assert sum(not it.has_hour for it in stories) >= 3
    assert any(not it.lead for it in stories)
    assert {it.section for it in stories} == {slug for slug, _ in SECTIONS}
    assert any(" " in file.href for it in stories for file in it.files)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Đảng - đoàn thể", "dang-doan-the"),
        ("“Ngày Chủ nhật xanh” 30/4 - 1/5!", "ngay-chu-nhat-xanh-30-4-1-5"),
        ("x" * 200, "x" * 150),
    ],
)
def test_a_slug_has_no_accents_and_a_bounded_length(title: str, slug: str) -> None:
    """As Liferay writes titles into URLs."""
    assert slug_of(title) == slug


def test_an_event_that_does_not_fit_its_article_is_refused() -> None:
    """A wrong `old` cannot pass in silence: the truth must be true."""
    story = load_stories()[0]
    dice = Random(1)
    for kind in ("edited", "retitled", "moved"):
        event = Event(
            at=EPOCH,
            kind=kind,
            native_id=story.native_id,
            note="",
            old=f"not there {dice.random()}",
        )
        with pytest.raises(ValueError, match=str(story.native_id)):
            apply(event, story)
