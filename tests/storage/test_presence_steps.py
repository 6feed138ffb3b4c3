"""The pure steps of presence: what proves a disappearance, and where an article stands."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.versions import (
    PROOFS,
    Presence,
    State,
    UrlEvidence,
    article_state,
    next_presence,
    sections_now,
)
from tests.storage.recording import START

APART = timedelta(hours=6)
HOUR = timedelta(hours=1)


# --- presence ------------------------------------------------------------------------------------


def checks(*found: tuple[State, float]) -> Presence | None:
    """A URL's last proof after checks at these hours; what is no proof leaves it as it was."""
    proof: Presence | None = None
    for state, hours in found:
        if state in PROOFS:
            proof = next_presence(proof, state, START + hours * HOUR, APART)
    return proof


GONE, LIVE, SOFT, MOVED = State.GONE, State.LIVE, State.SOFT_GONE, State.MOVED


@pytest.mark.parametrize(
    ("found", "state"),
    [
        ([(GONE, 0)], LIVE),
        ([(GONE, 0), (GONE, 5.99)], LIVE),
        ([(GONE, 0), (GONE, 6)], GONE),
        ([(GONE, 0), (GONE, 3), (GONE, 5), (GONE, 7)], GONE),
        ([(GONE, 0), (GONE, 3), (GONE, 5)], LIVE),
        ([(SOFT, 0), (SOFT, 6)], SOFT),
        ([(GONE, 0), (State.UNREACHABLE, 3), (State.UNREACHABLE, 4), (GONE, 6)], GONE),
        ([(GONE, 0), (State.UNREACHABLE, 7), (State.UNREACHABLE, 14)], LIVE),
        ([(GONE, 0), (State.BLOCKED, 3), (GONE, 5.5)], LIVE),
        ([(GONE, 0), (LIVE, 3), (GONE, 7)], LIVE),
        ([(GONE, 0), (LIVE, 3), (GONE, 7), (GONE, 13)], GONE),
    ],
)
def test_an_article_is_gone_after_two_checks_that_are_six_hours_apart(
    found: list[tuple[State, float]], state: State
) -> None:
    """Close checks count once; an outage neither proves nor forgets; an answer begins anew."""
    proof = checks((LIVE, -24), *found)
    assert proof is not None
    assert article_state(LIVE, [proof], 2) is state


def test_one_live_url_keeps_an_article_live() -> None:
    """It is gone only when all its URLs are."""
    gone, live = checks((GONE, 0), (GONE, 9)), checks((LIVE, 9))
    assert gone is not None
    assert live is not None
    assert article_state(LIVE, [gone, live], 2) is LIVE
    assert article_state(GONE, [gone, live], 2) is LIVE
    assert article_state(LIVE, [gone, gone], 2) is GONE


def test_a_url_that_moved_on_is_not_waited_for() -> None:
    """The new URL alone decides; an article of which only redirects are known stays as it was."""
    gone, moved = checks((GONE, 0), (GONE, 9)), checks((MOVED, 0), (MOVED, 9))
    assert gone is not None
    assert moved is not None
    assert article_state(LIVE, [moved, gone], 2) is GONE
    assert article_state(LIVE, [moved], 2) is LIVE
    assert article_state(LIVE, [], 2) is LIVE


def test_hard_and_soft_disappearance_together_are_gone() -> None:
    """Softly gone is only an article whose every URL is."""
    gone, soft = checks((GONE, 0), (GONE, 9)), checks((SOFT, 0), (SOFT, 9))
    assert gone is not None
    assert soft is not None
    assert article_state(LIVE, [gone, soft], 2) is GONE


def test_what_was_only_listed_is_never_gone() -> None:
    """An article without a version was never seen there, so it cannot disappear."""
    gone = checks((GONE, 0), (GONE, 9))
    assert gone is not None
    assert article_state(State.LISTED, [gone], 2) is State.LISTED


def test_a_gone_article_that_answers_is_live_again() -> None:
    """One live check is enough to return."""
    live = checks((GONE, 0), (GONE, 9), (LIVE, 10))
    assert live is not None
    assert article_state(GONE, [live], 2) is LIVE


@given(st.lists(st.tuples(st.sampled_from([LIVE, GONE, SOFT, MOVED]), st.floats(0, 100))))
def test_a_run_keeps_its_ends_and_never_counts_more_spaced_checks_than_checks(
    found: list[tuple[State, float]],
) -> None:
    """True for checks in any order of time, as an adopted visit may come late."""
    run: Presence | None = None
    for state, hours in found:
        before, at = run, START + hours * HOUR
        run = next_presence(run, state, at, APART)
        assert run.first_seen_at <= run.counted_at <= run.last_seen_at
        assert 1 <= run.spaced_count <= run.checks_count
        assert run.last_seen_at >= at
        again = next_presence(run, state, at, APART)
        assert again.spaced_count == run.spaced_count
        if before is not None and before.state is state:
            assert run.first_seen_at == before.first_seen_at


# --- sections ------------------------------------------------------------------------------------


def stands(url: str, section: str | None, state: State | None = LIVE, **more: bool) -> UrlEvidence:
    """What one URL says."""
    more = {"is_absent_for_sure": False, "is_checked": True} | more
    return UrlEvidence(url=url, section=section, state=state, **more)


def test_an_article_stands_in_the_sections_of_its_live_urls() -> None:
    """All of them, when all were asked in this cycle."""
    found = sections_now([stands("a", "Kinh tế"), stands("b", "Văn hóa"), stands("c", None)])
    assert found.names == {"Kinh tế", "Văn hóa"}
    assert found.unchecked == ()


def test_a_url_that_moved_or_is_surely_gone_stands_nowhere() -> None:
    """Its section is left."""
    found = sections_now(
        [
            stands("a", "Kinh tế", MOVED),
            stands("b", "Thể thao", GONE, is_absent_for_sure=True),
            stands("c", "Văn hóa"),
        ]
    )
    assert found.names == {"Văn hóa"}
    assert found.unchecked == ()


def test_a_url_not_asked_yet_or_missing_once_holds_its_section() -> None:
    """Else a move would look like two changes."""
    found = sections_now(
        [
            stands("a", "Kinh tế", is_checked=False),
            stands("b", "Thể thao", GONE),
            stands("c", "Văn hóa"),
        ]
    )
    assert found.names == {"Kinh tế", "Thể thao", "Văn hóa"}
    assert found.unchecked == ("a", "b")


def test_a_url_that_was_never_read_says_nothing_of_sections() -> None:
    """A listing names URLs whose section nobody has seen."""
    assert sections_now([stands("a", None, None, is_checked=False)]).unchecked == ()
