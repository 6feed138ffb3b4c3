"""`khotin case`: what a person accepted, and nobody else, is what is expected of a page."""

import asyncio
import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest

import cases
from core.errors import ConfigError
from core.tomlfile import written
from tests.living import ENVIRONMENT, ROOT
from tests.serving import serve_files
from tests.test_cli import khotin

SEED = ROOT / "tests" / "fixtures" / "hanoi" / "seed.html"
URL = "https://sontay.hanoi.gov.vn/dang-oan-the/-/view_content/5079123-toa-am.html"
AT = "2023-05-17T10:00"
WAIT_S = 60.0
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case of the seed page as the command saves it, and beside it one that was accepted."""
    folder = tmp_path_factory.mktemp("cases")
    done = khotin(folder, "case", "add", str(SEED), "all/seed", "--url", URL, "--at", AT)
    assert (done.returncode, done.stderr) == (0, "")
    shutil.copytree(folder / "all" / "seed", folder / "accepted")
    status, _ = answered(folder, "y", "case", "accept", "accepted", "--by", "Lan")
    assert status == 0
    return folder


@pytest.fixture
def case(saved: Path, tmp_path: Path) -> Path:
    """A case of the seed page that nobody accepted yet, in a folder without a config."""
    return shutil.copytree(saved / "all" / "seed", tmp_path / "all" / "seed")


@pytest.fixture
def accepted(saved: Path, tmp_path: Path) -> Path:
    """The same, accepted."""
    return shutil.copytree(saved / "accepted", tmp_path / "all" / "seed")


def answered(folder: Path, answer: str, *words: str) -> tuple[int, str]:
    """Run a command at a terminal and answer its question; the status and what was shown."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", *words],
        cwd=folder,
        env=ENVIRONMENT | {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLUMNS": "200"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    shown, asked, until = b"", False, time.monotonic() + WAIT_S
    try:
        while time.monotonic() < until:
            if not select.select([master], [], [], 1.0)[0]:
                continue
            try:
                piece = os.read(master, 65_536)
            except OSError:  # its other end is closed
                break
            if not piece:
                break
            shown += piece
            if not asked and b"[y/n]" in shown.lower():
                os.write(master, f"{answer}\n".encode())
                asked = True
        return process.wait(WAIT_S), shown.decode("utf-8", "replace")
    finally:
        process.kill()
        process.wait()
        os.close(master)


def expected_of(case: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((case / "expected.json").read_text("utf-8"))
    return found


def change(case: Path, **fields: Any) -> None:
    """Expect something else of the article."""
    record = expected_of(case)
    record["article"] |= fields
    (case / "expected.json").write_text(json.dumps(record, ensure_ascii=False), "utf-8")


# --- add ------------------------------------------------------------------------------------------


def test_a_saved_page_is_the_bytes_and_the_facts(case: Path) -> None:
    """Where and when it came from, whose family; nothing is expected of it."""
    assert (case / "page.html").read_bytes() == SEED.read_bytes()
    facts = tomllib.loads((case / "case.toml").read_text("utf-8"))
    assert (facts["url"], facts["at"], facts["family"]) == (URL, "2023-05-17T03:00:00Z", "auto")
    assert facts["home"] == "https://sontay.hanoi.gov.vn/"
    assert sorted(path.name for path in case.iterdir()) == ["case.toml", "page.html"]


def test_what_is_saved_is_told_with_the_next_step(tmp_path: Path) -> None:
    """What the rules see in it, and how to accept that."""
    done = khotin(tmp_path, "case", "add", str(SEED), "seed", "--url", URL, "--note", "a\nb\x1b[2J")
    assert done.stdout == (
        "saved seed: article, ok, layout hanoi-liferay/2022\n"
        "look at it and accept: khotin case accept seed\n"
    )
    note = tomllib.loads((tmp_path / "seed" / "case.toml").read_text("utf-8"))["note"]
    assert note.isprintable()


async def test_a_page_of_the_web_is_saved(tmp_path: Path) -> None:
    """Politely, with its own content type, cookies left out."""
    async with serve_files({"/": SEED.read_bytes()}) as (address, asked):
        (tmp_path / "config.toml").write_text(
            f'[portals.p]\nhost = "a.example.vn"\nscheme = "http"\nconnect_to = "{address}"\n'
            'delay = "0s"\nfront = "/trang-chu?a=1"\nother_hosts = ["b.example.vn"]\n'
        )
        words = ("-m", "cli", "case", "add", "http://a.example.vn/", "x")
        process = await asyncio.create_subprocess_exec(
            sys.executable, *words, cwd=tmp_path, env=ENVIRONMENT | {"PYTHONPATH": str(ROOT)}
        )
        assert await process.wait() == 0
    assert asked.paths == ["/robots.txt", "/"]
    facts = tomllib.loads((tmp_path / "x" / "case.toml").read_text("utf-8"))
    assert facts["headers"] == [["Content-Type", "text/html; charset=UTF-8"]]
    assert facts["home"] == "http://a.example.vn/trang-chu?a=1"
    loaded = cases.load_case(tmp_path / "x")
    assert loaded.portal.hosts == ("a.example.vn", "b.example.vn")
    assert loaded.portal.front == "/trang-chu?a=1"


OWN = """
[portals.sontay]
host = "sontay.hanoi.gov.vn"
family = "hanoi-liferay"
[[portals.sontay.layouts]]
valid_from = 2020-01-01
[portals.sontay.layouts.fields]
title = ["h9", "..."]
lead = [{ selector = "div.asset-full-content-title", pattern = "(?i)(.{4})" }]
[[portals.sontay.layouts]]
base = "sontay/1"
valid_until = 2020-01-01
[portals.sontay.urls]
drop_params = ["x"]
has_query_articles = false
"""


def test_rules_of_a_portals_own_are_saved_with_its_pages(tmp_path: Path) -> None:
    """A case stands alone: it is read as its portal is, days and names of layouts included."""
    (tmp_path / "config.toml").write_text(OWN)
    done = khotin(tmp_path, "case", "add", str(SEED), "seed", "--url", URL, "--at", AT)
    assert (done.returncode, done.stderr) == (0, "")
    assert "layout sontay/1" in done.stdout
    (tmp_path / "config.toml").unlink()
    record = cases.record_of(cases.load_case(tmp_path / "seed"))
    assert record["layout"] == "sontay/1"
    assert record["article"]["lead"] == record["article"]["title"][:3]
    assert record["provenance"]["article.title"]["candidate"] == 2
    status, _ = answered(tmp_path, "y", "case", "accept", "seed", "--by", "Lan")
    assert status == 0
    assert khotin(tmp_path, "case", "rerun", "seed").returncode == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("page.html", "there", "--url", URL), "there: is there already; name a new folder"),
        (("page.html", "new"), "page.html: a file needs --url"),
        (("none.html", "new", "--url", URL), "none.html: cannot be read: No such file"),
        (("page.html", "file/new", "--url", URL), "file/new: cannot be made: Not a directory"),
        (("page.html", "new", "--url", URL, "--at", "noon"), "--at 'noon': allowed is a time"),
        (("page.html", "new", "--url", URL, "--config", "c.toml"), "c.toml: no such file"),
    ],
)
def test_a_page_that_cannot_be_saved_leaves_nothing(
    tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    """One line, status 2, no half of a case."""
    (tmp_path / "there").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "page.html").write_bytes(SEED.read_bytes())
    done = khotin(tmp_path, "case", "add", *words)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert told in line
    assert not (tmp_path / "new").exists()


def test_the_environment_names_the_config_here_too(tmp_path: Path) -> None:
    """`KHOTIN_CONFIG`, as everywhere; one that is not there is told."""
    (tmp_path / "mine.toml").write_text(OWN)
    words = ("case", "add", str(SEED), "seed", "--url", URL, "--at", AT)
    assert "sontay/1" in khotin(tmp_path, *words, KHOTIN_CONFIG="mine.toml").stdout
    done = khotin(tmp_path, *words, KHOTIN_CONFIG="none.toml")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "none.toml: no such file" in done.stderr


# --- rerun ----------------------------------------------------------------------------------------


def test_a_case_that_nobody_accepted_is_no_success(case: Path) -> None:
    """Status 1: nothing is expected, so nothing is proven."""
    done = khotin(case.parent.parent, "case", "rerun", "all")
    assert (done.returncode, done.stderr) == (1, "")
    assert re.search(r"new +all/seed: nobody accepted it yet", done.stdout)
    assert "1 read, 1 to look at" in done.stdout
    told = json.loads(khotin(case.parent.parent, "case", "rerun", "all", "--json").stdout)
    assert told == [{"case": "all/seed", "is_accepted": False, "differences": []}]


def test_an_accepted_case_is_the_same_again(accepted: Path) -> None:
    """Status 0, in a folder of cases and in the case itself."""
    folder = accepted.parent.parent
    for where in ("all", "all/seed"):
        done = khotin(folder, "case", "rerun", where)
        assert (done.returncode, done.stderr) == (0, "")
        assert re.search(r"same +all/seed", done.stdout)
        assert "1 read, 0 to look at" in done.stdout


def test_what_differs_is_told_field_by_field(accepted: Path) -> None:
    """Word by word in the text, as data with `--json`, status 1 in both."""
    folder, record = accepted.parent.parent, expected_of(accepted)
    found = record["article"]["title"]
    change(accepted, title=f"{found} thêm", tags=["cũ"])
    done = khotin(folder, "case", "rerun", "all")
    assert done.returncode == 1
    assert re.search(r"diff +all/seed: article.title, article.tags", done.stdout)
    assert f"{found} [-thêm-]" in " ".join(done.stdout.split())
    assert '[[-"cũ"-]]' in done.stdout
    told = khotin(folder, "case", "rerun", "all", "--json")
    assert told.returncode == 1
    assert json.loads(told.stdout) == [
        {
            "case": "all/seed",
            "is_accepted": True,
            "differences": [
                {"field": "article.title", "expected": f"{found} thêm", "found": found},
                {"field": "article.tags", "expected": ["cũ"], "found": []},
            ],
        }
    ]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("case.toml", "url = ", "case.toml: not valid TOML"),
        ("case.toml", "a = " + "[" * 9_000, "case.toml: not valid TOML: nested too deep"),
        ("case.toml", "a = " + "1" * 9_000, "case.toml: not valid TOML"),
        ("case.toml", 'at = "2026-01-01"', "case.toml: a case needs url and at"),
        ("case.toml", 'url = "https://a.vn/"', "case.toml: a case needs url and at"),
        ("expected.json", "{", "expected.json: cannot be read"),
        ("expected.json", "[" * 90_000, "expected.json: cannot be read: nested too deep"),
        ("expected.json", "[]", "expected.json: allowed is one JSON object"),
        ("expected.json", "\udcff", "expected.json: cannot be read"),
        ("page.html", None, "page.html: no such file; `khotin case add` makes a case"),
        ("case.toml", None, "all: no case in it; `khotin case add` makes one"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_broken_case_is_one_line(case: Path, name: str, text: str | None, told: str) -> None:
    """It names the file; status 2."""
    if text is None:
        (case / name).unlink()
    else:
        (case / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    done = khotin(case.parent.parent, "case", "rerun", "all")
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert told in line


@pytest.mark.parametrize("words", [("case", "rerun", "nothing"), ("case", "accept", "nothing")])
def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path, words: tuple[str, ...]) -> None:
    """With the way to make one."""
    done = khotin(tmp_path, *words)
    assert done.returncode == 2
    assert "khotin case add" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_empty_folder_proves_nothing(tmp_path: Path) -> None:
    """No case in it is a mistake, not a success: a mistyped name would pass for ever."""
    done = khotin(tmp_path, "case", "rerun", ".")
    assert done.returncode == 2
    assert "no case in it" in done.stderr


FACTS: dict[str, Any] = {"url": URL, "at": "2023-05-17T10:00", "family": "hanoi-liferay"}


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"not": 1}, "unknown key not; allowed here: accepted_by, accepted_on, at, expected, "),
        ({"url": 5}, "url = 5: allowed is http:// or https://"),
        ({"url": "ftp://a.vn/"}, "url = 'ftp://a.vn/': allowed is http:// or https://"),
        ({"url": "a.vn"}, "url = 'a.vn': allowed is http:// or https://"),
        ({"home": 5}, "home = 5: allowed is http:// or https://"),
        ({"at": "noon"}, "at 'noon': allowed is a time such as"),
        ({"at": 5}, "at '5': allowed is a time such as"),
        ({"status": "ok"}, "status = 'ok': allowed is a status of HTTP, such as 200"),
        ({"status": True}, "status = True: allowed is a status of HTTP"),
        ({"status": 2000}, "status = 2000: allowed is a status of HTTP"),
        ({"expected": "page"}, "expected = 'page': allowed is one of: article, listing, front,"),
        ({"expected": 5}, "expected = 5: allowed is one of: article"),
        ({"headers": 5}, "headers = 5: allowed are pairs, such as"),
        ({"headers": [["a"]]}, "headers = [['a']]: allowed are pairs, such as"),
        ({"headers": [["a", 5]]}, "headers = [['a', 5]]: allowed are pairs"),
        ({"family": "joomla"}, "case.toml: family = 'joomla': allowed is one of: auto, hanoi"),
        ({"zone": "Mars"}, "case.toml: zone = 'Mars': allowed is an IANA zone name"),
        ({"portal": 5}, "portal = 5: allowed is a table"),
        ({"portal": {"layout": []}}, "unknown key portal.layout; allowed here: allow_addresses"),
        ({"portal": {"layouts": [{"body": ["p["]}]}}, "portal.layouts.0.body.0 = 'p[': not a CSS"),
        ({"portal": {"urls": {"never": ["("]}}}, "portal.urls.never.0 = '(': allowed is a pattern"),
        (
            {"portal": {"layouts": [{}]}, "family": "auto"},
            "case.toml: family = 'auto': a portal wi",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_wrong_fact_is_named_as_the_file_has_it(
    tmp_path: Path, facts: dict[str, Any], told: str
) -> None:
    """The file, the key, the value, what is allowed."""
    (tmp_path / "page.html").write_bytes(b"<html></html>")
    (tmp_path / "case.toml").write_text(written(FACTS | facts), "utf-8")
    with pytest.raises(ConfigError) as caught:
        cases.load_case(tmp_path)
    assert told in str(caught.value)
    assert str(tmp_path / "case.toml") in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "at", ['"2023-05-17T10:00"', "2023-05-17T10:00:00", "2023-05-17T10:00:00+07:00"]
)
def test_a_time_counts_in_the_zone_of_its_portal(tmp_path: Path, at: str) -> None:
    """With quotes or without; not in the zone of whoever runs the test."""
    (tmp_path / "page.html").write_bytes(b"<html></html>")
    (tmp_path / "case.toml").write_text(f'url = "{URL}"\nat = {at}\n')
    case = cases.load_case(tmp_path)
    assert case.capture.captured_at.isoformat() == "2023-05-17T03:00:00+00:00"


# --- accept ---------------------------------------------------------------------------------------


def test_yes_makes_it_the_expectation_and_keeps_what_a_person_wrote(case: Path) -> None:
    """The record, who looked and when; comments, order and line ends of case.toml stay."""
    text = (case / "case.toml").read_text("utf-8").replace('note = ""', 'note = "dài" # vì ảnh')
    typed = f"# Trang đầu tiên\r\n{text}\r\n# hết\r\n[portal.urls]\r\nnever = ['/x'] # không\r\n"
    typed = typed.replace('family = "auto"', 'family = "hanoi-liferay"')
    (case / "case.toml").write_bytes(typed.encode())
    words = ("case", "accept", "all/seed", "--by", "Lan Vũ")
    status, shown = answered(case.parent.parent, "y", *words)
    assert status == 0
    for part in ("article.title", "Thị xã", "Is this what", "accepted all/seed"):
        assert part in shown
    assert expected_of(case) == cases.record_of(cases.load_case(case))
    after = (case / "case.toml").read_bytes().decode()
    facts = tomllib.loads(after)
    assert facts["accepted_by"] == "Lan Vũ"
    assert facts["accepted_on"].isoformat() > "2023"
    for line in ("# Trang đầu tiên\r\n", 'note = "dài" # vì ảnh', "# hết\r\n", "'/x'] # không\r\n"):
        assert line in after
    assert [line for line in typed.splitlines() if line not in after.splitlines()] == []
    assert after.endswith("\n")


def test_no_leaves_everything(case: Path) -> None:
    """Status 1, not a byte is written."""
    before = {path.name: path.read_bytes() for path in case.iterdir()}
    status, shown = answered(case.parent.parent, "n", "case", "accept", "all/seed")
    assert status == 1
    assert "left as it was" in shown
    assert {path.name: path.read_bytes() for path in case.iterdir()} == before


@pytest.mark.parametrize("answer", ["y\n", ""])
def test_without_a_terminal_nothing_is_accepted(case: Path, answer: str) -> None:
    """Never by a script, whatever it says."""
    done = subprocess.run(
        [sys.executable, "-m", "cli", "case", "accept", "all/seed", "--by", "Lan"],
        cwd=case.parent.parent,
        env=ENVIRONMENT | {"PYTHONPATH": str(ROOT)},
        input=answer,
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=False,
    )
    assert done.returncode == 2
    assert "an expectation is accepted by a person" in done.stderr
    assert not (case / "expected.json").exists()


def test_one_field_can_be_accepted_alone(accepted: Path) -> None:
    """`--field`: the others stay as they were expected, and still differ."""
    folder, title = accepted.parent.parent, expected_of(accepted)["article"]["title"]
    change(accepted, title="Khác", section="Khác")
    words = ("case", "accept", "all/seed", "--field", "article.title", "--by", "Minh")
    status, shown = answered(folder, "y", *words)
    assert status == 0
    assert "article.section" not in shown
    record = expected_of(accepted)
    assert (record["article"]["title"], record["article"]["section"]) == (title, "Khác")
    (left,) = json.loads(khotin(folder, "case", "rerun", "all", "--json").stdout)
    assert [each["field"] for each in left["differences"]] == ["article.section"]


def test_a_field_of_an_article_that_is_gone_is_accepted_alone_too(accepted: Path) -> None:
    """The rest of the article stays expected."""
    (accepted / "page.html").write_bytes(b"<html class=aui><body><p>x</p></body></html>")
    case = cases.load_case(accepted)
    record = cases.accept(case, ("article.title",), "Lan", case.capture.captured_at.date())
    assert record["article"]["title"] is None
    assert record["article"]["section"] == "Đảng - đoàn thể"
    assert expected_of(accepted) == record


@pytest.mark.parametrize("field", ["titel", "article", "article.", ""])
def test_a_field_that_the_record_has_not_is_told_before_anything_is_asked(
    accepted: Path, field: str
) -> None:
    """With those it has."""
    done = khotin(accepted.parent.parent, "case", "accept", "all/seed", "--field", field)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"--field {field!r}: allowed is one of: article.attachments, " in done.stderr


def test_a_field_needs_a_record_to_stand_in(case: Path) -> None:
    """The first time the whole is accepted."""
    done = khotin(case.parent.parent, "case", "accept", "all/seed", "--field", "article.title")
    assert (done.returncode, done.stdout) == (2, "")
    assert "accept the whole record first" in done.stderr


def test_what_does_not_differ_needs_no_answer(accepted: Path) -> None:
    """Status 0, nothing is written."""
    before = (accepted / "case.toml").read_bytes()
    done = khotin(accepted.parent.parent, "case", "accept", "all/seed")
    assert (done.returncode, done.stdout) == (0, "all/seed: nothing differs\n")
    assert (accepted / "case.toml").read_bytes() == before


# --- what a terminal is shown ---------------------------------------------------------------------

HOSTILE = "\x1b]0;của tôi\x07\x1b[2J\x9b5n\u202enược\u2066x [bold red]đậm[/] \x00\x08"
RAW = ("\x1b]", "\x1b[2J", "\x9b", "\u202e", "\u2066", "\x07", "\x08", "\x00")


def test_page_text_never_moves_the_terminal(case: Path) -> None:
    """Escape sequences, turned text and markup of a page, of a URL, of an expectation."""
    page = (case / "page.html").read_text("utf-8")
    title = page.partition("asset-full-content-title")[2].partition(">")[2].partition("<")[0]
    hostile = HOSTILE.replace("\x00", "")
    (case / "page.html").write_text(page.replace(title, f"{hostile} {title.strip()}"), "utf-8")
    facts = (case / "case.toml").read_text("utf-8")
    facts = facts.replace("toa-am.html", r"toa-am.html?\u001b]0;x\u0007\u202e")
    (case / "case.toml").write_text(facts, "utf-8")
    folder = case.parent.parent
    status, shown = answered(folder, "y", "case", "accept", "all/seed", "--by", "Lan")
    assert status == 0
    change(case, title=HOSTILE, section="\u202e", tags=[HOSTILE, "a\x85b\x9b"])
    status, differing = answered(folder, "n", "case", "accept", "all/seed")
    assert status == 1
    reran, told = answered(folder, "", "case", "rerun", "all")
    assert reran == 1
    for text in (shown, differing):
        bare = COLOURS.sub("", text).replace("\r\n", "\n")
        assert not [sign for sign in RAW if sign in bare]
        assert "\x1b" not in bare
        assert "[bold red]" in bare
    assert not [sign for sign in RAW if sign in told]


def test_json_for_programs_holds_no_raw_escape(accepted: Path) -> None:
    """Control signs are escaped as JSON has them."""
    change(accepted, title=HOSTILE)
    told = khotin(accepted.parent.parent, "case", "rerun", "all", "--json").stdout
    assert "\x1b" not in told
    assert json.loads(told)[0]["differences"][0]["expected"] == HOSTILE


def test_a_difference_that_no_eye_sees_is_shown_as_it_is_stored(accepted: Path) -> None:
    """A no-break space for a space."""
    title = expected_of(accepted)["article"]["title"]
    change(accepted, title=title.replace(" ", "\xa0", 1))
    done = khotin(accepted.parent.parent, "case", "rerun", "all")
    assert done.returncode == 1
    assert "\\u00a0" in done.stdout


def test_a_long_list_shows_the_word_that_changed(accepted: Path) -> None:
    """Not its first two thousand letters, twice."""
    blocks = expected_of(accepted)["article"]["blocks"]
    last = blocks[-1] | {"text": blocks[-1]["text"] + " ngoạilai"}
    change(accepted, blocks=[*blocks[:-1], last])
    done = khotin(accepted.parent.parent, "case", "rerun", "all")
    assert "[-ngoạilai-]" in done.stdout
