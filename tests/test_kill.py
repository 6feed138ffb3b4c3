"""A process that is killed or stopped at any instant loses nothing it acknowledged, and goes on."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from storage.tables import articles, frontier, portals, versions, visits
from tests.living import (
    LivingReplica,
    acknowledged,
    bytes_and_rows_agree,
    khotin,
    nothing_is_held,
    rows,
    state_of,
    undisturbed,
    write_config,
)
from tests.storage.warc.test_warc_judges import fastwarc_check, warcio_check

KILLS = 6
STOP_S = 10.0  # promised
SLACK_S = 5.0


def kept(archive: Path) -> Counter[str]:
    """The URLs that have visits, and how many."""
    if not (archive / "archive.db").is_file():
        return Counter()
    return Counter(row.url for row in rows(archive, select(visits.c.url)))


def is_sound(archive: Path) -> None:
    """SQLite finds the database whole, as it was left."""
    if (archive / "archive.db").is_file():
        database = sqlite3.connect(archive / "archive.db")
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        database.close()


def judges_accept(archive: Path) -> None:
    """`warcio check` and `fastwarc check` find no fault in any WARC file."""
    files = sorted((archive / "warc").iterdir())
    assert files
    joined = archive.with_name("joined.warc.gz")  # WARC files in a row are a WARC file
    joined.write_bytes(b"".join(file.read_bytes() for file in files))
    for found in (warcio_check(sys.executable, joined), fastwarc_check(sys.executable, joined)):
        assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("seed", [29])
def test_a_crawl_killed_again_and_again_ends_as_if_nothing_had_happened(
    tmp_path: Path, seed: int
) -> None:
    """SIGKILL at random instants: the acknowledged is kept, no row doubled, all is adopted."""
    dice = Random(seed)
    archive = tmp_path / "archive"
    promised: Counter[str] = Counter()
    killed_count = 0
    with LivingReplica(slow_s=0.002) as portal:
        config = write_config(tmp_path, portal.address)
        for _ in range(KILLS):
            process = khotin(config, "crawl", "-v")
            portal.wait_for(portal.asked_count + dice.randint(1, 24), or_end_of=process)
            time.sleep(dice.uniform(0.0, 0.08))
            process.kill()
            _, said = process.communicate(timeout=60)
            killed_count += process.returncode == -signal.SIGKILL
            assert "Traceback" not in said
            promised += acknowledged(said)
            is_sound(archive)
            assert promised <= kept(archive)
        assert killed_count >= KILLS - 1
        process = khotin(config, "crawl", "-v")
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said
        promised += acknowledged(said)
    assert promised <= kept(archive)
    assert sum(promised.values()) > 30
    is_sound(archive)
    nothing_is_held(archive)
    bytes_and_rows_agree(archive)
    judges_accept(archive)
    ids = [row.native_id for row in rows(archive, articles.select())]
    assert len(ids) == len(set(ids))
    numbers = rows(archive, select(versions.c.article_id, versions.c.version_no))
    assert {row.version_no for row in numbers} == {1}
    assert len({row.article_id for row in numbers}) == len(numbers)
    assert rows(archive, frontier.select().where(frontier.c.set_aside.is_not(None))) == []
    assert state_of(archive) == undisturbed()


def stopped(process: "subprocess.Popen[str]", number: signal.Signals) -> tuple[float, str]:
    """Seconds until the process has ended after a signal, and what it said."""
    began = time.monotonic()
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    return time.monotonic() - began, said


@pytest.mark.parametrize("silent_after", [14], ids=["at a page"])
def test_a_service_stops_in_ten_seconds_while_a_request_hangs(
    tmp_path: Path, silent_after: int
) -> None:
    """SIGTERM: exit status 0, everything released and sealed; the next crawl goes on from there."""
    archive = tmp_path / "archive"
    with LivingReplica(silent_after=silent_after) as portal:
        config = write_config(tmp_path, portal.address, more='every = "1h"')
        process = khotin(config, "run")
        portal.wait_for(silent_after + 1, or_end_of=process)
        time.sleep(0.2)  # the writer commits what came before
        took_s, said = stopped(process, signal.SIGTERM)
        assert process.returncode == 0, said
        assert took_s < STOP_S + SLACK_S
        assert "Traceback" not in said
        nothing_is_held(archive)
        bytes_and_rows_agree(archive)
        assert acknowledged(said) <= kept(archive)
        portal.speak()
        process = khotin(config, "crawl", "-v")
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "adopted" not in said
    assert state_of(archive) == undisturbed()


def test_a_service_that_waits_for_its_next_cycle_stops_at_once_and_forgets_nothing(
    tmp_path: Path,
) -> None:
    """After a whole cycle: SIGINT ends it; the next start does not fire before its time."""
    archive = tmp_path / "archive"
    with LivingReplica() as portal:
        config = write_config(tmp_path, portal.address, more='every = "1h"')
        process = khotin(config, "run")
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            time.sleep(0.05)
            if (archive / "archive.db").is_file() and _is_cycle_over(archive):
                break
        took_s, said = stopped(process, signal.SIGINT)
        assert process.returncode == 0, said
        assert took_s < STOP_S + SLACK_S
        assert state_of(archive) == undisturbed()
        asked_count = portal.asked_count
        process = khotin(config, "run")
        for line in process.stderr:
            if "next cycle" in line:
                break
        time.sleep(0.3)
        _, said = stopped(process, signal.SIGTERM)
        assert process.returncode == 0, said
        assert portal.asked_count == asked_count
    nothing_is_held(archive)


def _is_cycle_over(archive: Path) -> bool:
    try:
        found = rows(archive, portals.select())
    except Exception:  # the schema is still being made
        return False
    return bool(found and found[0].cycle_ended_at)


def test_a_crawl_that_is_interrupted_gives_everything_back(tmp_path: Path) -> None:
    """Ctrl-C: status 130, one line for the person, no lease left, nothing acknowledged lost."""
    archive = tmp_path / "archive"
    with LivingReplica(silent_after=20) as portal:
        process = khotin(write_config(tmp_path, portal.address), "crawl", "-v")
        portal.wait_for(21, or_end_of=process)
        took_s, said = stopped(process, signal.SIGINT)
        assert process.returncode == 130, said
        assert took_s < STOP_S + SLACK_S
        assert "Traceback" not in said
        assert said.splitlines()[-1].startswith("khotin: stopped")
    promised = acknowledged(said)
    assert promised
    assert promised <= kept(archive)
    nothing_is_held(archive)
    bytes_and_rows_agree(archive)
