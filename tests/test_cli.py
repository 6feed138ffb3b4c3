"""The commands as a person meets them: every mistake is one line that says what to do."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from demo.__main__ import PORTAL
from tests.living import ENVIRONMENT, ROOT

LOCAL = '[portals.p]\nhost = "songmay.example.vn"\nscheme = "http"\nfamily = "hanoi-liferay"\n'


FIXTURES = ROOT / "tests" / "fixtures"


def khotin(folder: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "cli", *words],
        cwd=folder,
        env=ENVIRONMENT | {"PYTHONPATH": str(ROOT)} | environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The demo's folder and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [sys.executable, "-m", "demo"],
        cwd=folder,
        env=ENVIRONMENT | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "demo-archive", done.stdout


def test_the_demo_tells_what_happened_and_finds_no_false_change(demo: tuple[Path, str]) -> None:
    """All that a newcomer should see stands in its output."""
    _, printed = demo
    assert re.search(r"false changes\s+0\b", printed)
    assert re.search(r"missed changes\s+0\b", printed)
    assert "[-1.240-]{+1.420+}" in " ".join(printed.split())
    for word in ("Weather", "Views", "bytes kept", "moved", "gone", "khotin articles"):
        assert word in printed


def test_the_demo_says_in_its_warc_files_that_time_was_simulated(demo: tuple[Path, str]) -> None:
    """Nobody may take its captures for real ones later."""
    from warcio.archiveiterator import ArchiveIterator

    files = sorted((demo[0] / "warc").glob("*.warc.gz"))
    assert files
    for file in files:
        with file.open("rb") as stream:
            first = next(iter(ArchiveIterator(stream)))
            assert first.rec_type == "warcinfo"
            assert "simulated" in first.content_stream().read().decode()


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("articles", "--portal", PORTAL, "--state", "live", "--limit", "5"),
        ("show", f"{PORTAL}/8104417"),
        ("diff", f"{PORTAL}/8104417"),
        ("diff", f"{PORTAL}/8104417", "1", "2"),
        ("changes", "--kind", "edited", "--since", "2026-05-05"),
        ("weather",),
    ],
    ids=" ".join,
)
def test_every_look_shows_a_table_and_the_same_as_json(
    demo: tuple[Path, str], words: tuple[str, ...]
) -> None:
    """For people aligned, for programs one JSON value; Vietnamese is whole in both."""
    shown = khotin(demo[0].parent, *words, "--archive", str(demo[0]))
    assert (shown.returncode, shown.stderr) == (0, "")
    assert len(shown.stdout.splitlines()) > 1
    told = khotin(demo[0].parent, *words, "--json", KHOTIN_ARCHIVE=str(demo[0]))
    assert told.returncode == 0, told.stderr
    answer = json.loads(told.stdout)
    assert answer
    assert "\\u1e" not in told.stdout


def test_pages_of_a_list_follow_each_other_without_gap_or_repeat(demo: tuple[Path, str]) -> None:
    """`--before` takes the last row's id."""
    whole = look(demo[0], "articles", "--limit", "100")
    found: list[Any] = []
    while page := look(
        demo[0], "articles", "--limit", "7", *(["--before", str(found[-1])] if found else [])
    ):
        found += [article["id"] for article in page]
    assert found == [article["id"] for article in whole]
    assert len(found) == 31


def look(archive: Path, *words: str) -> Any:
    done = khotin(archive.parent, *words, "--json", "--archive", str(archive))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_page_in_a_file_is_read_without_an_archive(tmp_path: Path) -> None:
    """`khotin read FILE --url --at`: records by their fixed names, nothing stored."""
    (tmp_path / "config.toml").write_text('[portals.sontay]\nhost = "sontay.hanoi.gov.vn"\n')
    page = ROOT / "tests" / "fixtures" / "hanoi" / "seed.html"
    url = "https://sontay.hanoi.gov.vn/dang-oan-the/-/view_content/5079123-toa-am.html"
    words = ("read", str(page), "--url", url, "--at", "2023-05-17T10:00")
    answer = json.loads(khotin(tmp_path, *words, "--json").stdout)
    assert answer["captured_at"] == "2023-05-17T03:00:00Z"
    assert answer["article"]["published_at"] == "2023-05-16T08:20:00Z"
    assert answer["view_count"] == {"count": 75, "text": "75"}
    assert (answer["quality"], answer["kind"], answer["portal"]) == ("ok", "article", "sontay")
    assert [place["is_filled"] for place in answer["weather"]] == [False] * 3
    shown = khotin(tmp_path, *words).stdout
    assert "PHẠM HẢO, THÀNH CHUNG" in shown
    assert "p.view-content-author" in shown
    assert not (tmp_path / "archive").exists()


@pytest.mark.parametrize(
    ("config", "words", "status", "told"),
    [
        ("[crawl]\ncontct = 'x'\n", ("crawl",), 2, "unknown key crawl.contct; allowed here:"),
        ("[portals.p]\nhost = 'a.vn'\nevery = 'soon'\n", ("crawl",), 2, "p.every = 'soon': allo"),
        ("[portals.p\n", ("crawl",), 2, "not valid TOML"),
        (LOCAL, ("crawl", "hanoi"), 2, "no portal 'hanoi' in the config; known: p"),
        (LOCAL, ("crawl",), 2, "[crawl] contact is empty"),
        ("", ("crawl",), 2, "the config names no portal"),
        (LOCAL + "cron = 'daily'\ncontact = 'a@b.vn'\n", ("run",), 2, "portals.p.cron = 'daily'"),
        (LOCAL + "contact = 'a@b.vn'\n", ("run",), 2, "no portal has a schedule"),
        ("", ("status",), 3, "no archive there; `khotin crawl` makes one"),
        ("", ("articles", "--state", "dead"), 2, "--state 'dead': allowed is one of: listed"),
        ("", ("nonsense",), 2, "No such command 'nonsense'"),
        ("", ("articles", "--limit", "many"), 2, "Invalid value for '--limit'"),
        ("", ("read", "page.html"), 2, "a file needs --url"),
        ("", ("read", "page.html", "--url", "https://a.vn/"), 2, "page.html: cannot be read"),
        ("", ("read", "http://"), 2, "is no URL"),
        (LOCAL + "contact = 'a'\n", ("read", "http://songmay.example.vn:8080/"), 2, "another port"),
        (LOCAL + "cron = '0 0 * *'\n", ("crawl",), 2, "portals.p.cron = '0 0 * *': allowed are"),
        (LOCAL + LOCAL.replace(".p]", ".q]"), ("crawl",), 2, "p and q are both songmay.example.vn"),
        ("", ("changes", "--before", "9" * 25), 2, "Invalid value for '--before'"),
        ("", ("read", "x", "--url", "https://a.vn/", "--at", "0001-01-01"), 2, "--at '0001-01-01'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_mistake_is_one_line_that_says_what_is_allowed(
    tmp_path: Path, config: str, words: tuple[str, ...], status: int, told: str
) -> None:
    """Never a traceback, never a half-made archive."""
    (tmp_path / "config.toml").write_text(config)
    done = khotin(tmp_path, *words)
    assert done.returncode == status, done.stderr
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""
    assert not (tmp_path / "archive" / "archive.db").exists()


def test_an_unreachable_host_is_one_line_and_status_one(tmp_path: Path) -> None:
    """It says which host, why, and what happens next."""
    (tmp_path / "config.toml").write_text(LOCAL + 'connect_to = "127.0.0.1:9"\n')
    done = khotin(tmp_path, "crawl")
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    assert "http://songmay.example.vn/robots.txt: Connection refused" in line
    assert "the next crawl asks again" in line


def test_an_article_that_is_not_there_is_told_by_all_its_names(demo: tuple[Path, str]) -> None:
    """Three ways to name one, and a line for each miss."""
    for name in ("99999", "songmay/1", "https://songmay.example.vn/nothing", "chó mèo"):
        done = khotin(demo[0].parent, "show", name, "--archive", str(demo[0]))
        assert done.returncode == 2
        assert "name one by its number" in done.stderr


def test_help_needs_no_heavy_library() -> None:
    """What makes `--help` slow is not imported for it."""
    code = (
        "import sys, cli; cli.app(['--help'], standalone_mode=False); "
        "print([m for m in ('sqlalchemy','aiohttp','alembic','selectolax') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip().endswith("[]")


def test_khotin_alone_shows_its_help(tmp_path: Path) -> None:
    """As `--help` does, on the output, with status 0."""
    alone, asked = khotin(tmp_path), khotin(tmp_path, "-h")
    assert (alone.returncode, alone.stderr) == (0, "")
    assert alone.stdout == asked.stdout
    assert len(alone.stdout.splitlines()) > 10


def test_reading_a_page_of_a_dead_host_says_that_it_is_dead(tmp_path: Path) -> None:
    """Not that robots.txt forbids it."""
    (tmp_path / "config.toml").write_text(LOCAL + 'connect_to = "127.0.0.1:9"\n')
    done = khotin(tmp_path, "read", "http://songmay.example.vn/")
    assert done.returncode == 1
    assert "Connection refused" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_an_answer_that_cannot_be_written_is_one_line(demo: tuple[Path, str]) -> None:
    """A full disk behind the output, or a terminal without the letters."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cli", "articles", "--archive", str(demo[0])],
            env=ENVIRONMENT | {"PYTHONPATH": str(ROOT)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert "cannot write the answer: No space left on device" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    told = khotin(
        demo[0].parent, "articles", "--archive", str(demo[0]), PYTHONIOENCODING="ascii", LC_ALL="C"
    )
    assert (told.returncode, told.stderr) == (0, "")


def test_a_diff_names_versions_that_are_there(demo: tuple[Path, str]) -> None:
    """0 is a wrong number, not a missing one; as JSON the words stand as pieces."""
    done = khotin(demo[0].parent, "diff", f"{PORTAL}/8104417", "0", "1", "--archive", str(demo[0]))
    assert done.returncode == 2
    assert "has versions 1 to 2" in done.stderr
    answer = look(demo[0], "diff", f"{PORTAL}/8104417")
    changed = [piece for piece in answer["pieces"]["text"] if piece["op"] != "equal"]
    assert [piece["text"].strip() for piece in changed] == ["1.240", "1.420"]


def test_an_empty_answer_of_a_full_archive_does_not_call_it_empty(demo: tuple[Path, str]) -> None:
    """What was asked for left everything out."""
    for words in (("articles", "--state", "listed"), ("changes", "--since", "2030-01-01")):
        shown = khotin(demo[0].parent, *words, "--archive", str(demo[0])).stdout
        assert shown.startswith("Nothing fits.")


def test_a_page_is_read_without_any_config(tmp_path: Path) -> None:
    """A saved page of any host, in a folder with nothing else: its own evidence is enough."""
    (tmp_path / "page.html").write_bytes((FIXTURES / "hanoi" / "seed.html").read_bytes())
    url = "https://sontay.hanoi.gov.vn/dang-doan-the/-/view_content/5079123-toa-dam.html"
    words = ("read", "page.html", "--url", url, "--at", "2023-05-17T10:00", "--json")
    record = json.loads(khotin(tmp_path, *words).stdout)
    assert (record["family"], record["quality"]) == ("hanoi-liferay", "ok")
