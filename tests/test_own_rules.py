"""Rules of a portal's own, at the command line: right ones are used, wrong ones are one line."""

import json
from pathlib import Path

import pytest

from tests.crawler.test_custom import ARTICLE, FIELDS, HEAD, LAYOUT, URL
from tests.living import ROOT
from tests.test_cli import khotin

PORTAL = HEAD + 'connect_to = "127.0.0.1:9"\nevery = "1h"\n'
WRONG = [
    (FIELDS + 'title = ["h1["]', "portals.xabac.layouts.0.fields.title.0 = 'h1[': not a CSS sel"),
    (FIELDS + 'titel = ["h1"]', "unknown key portals.xabac.layouts.0.fields.titel; allowed here"),
    (LAYOUT + 'date_formats = ["%H"]', "portals.xabac.layouts.0.date_formats.0: date format '%H'"),
    (LAYOUT + 'base = "x"', "portals.xabac.layouts.0.base = 'x': allowed is one of: hanoi-lif"),
    ("[portals.xabac.urls]\nnever = ['(?=a)']", "portals.xabac.urls.never.0 = '(?=a)': allowed"),
    (LAYOUT + "nope = 1", "unknown key portals.xabac.layouts.0.nope; allowed here: article_signs"),
    (LAYOUT + '"\\u001b[2J" = 1', "unknown key portals.xabac.layouts.0.'\\x1b[2J'; allowed here"),
]


def wrong(folder: Path, section: str, *words: str, told: str) -> None:
    """The command says one line, with status 2, and makes nothing."""
    (folder / "config.toml").write_text(PORTAL + section)
    (folder / "page.html").write_text(ARTICLE, "utf-8")
    before = sorted(folder.iterdir())
    done = khotin(folder, *words)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("khotin: ")
    assert told in line
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(("section", "told"), WRONG, ids=lambda value: value[-30:])
def test_a_wrong_rule_is_told_before_a_page_is_read(
    tmp_path: Path, section: str, told: str
) -> None:
    """`khotin read`: the key, the value, what is allowed."""
    wrong(tmp_path, section, "read", "page.html", "--url", URL, told=told)


@pytest.mark.parametrize("command", ["crawl", "run"])
@pytest.mark.parametrize(("section", "told"), WRONG[:1], ids=["selector"])
def test_a_wrong_rule_is_told_before_an_archive_is_made(
    tmp_path: Path, command: str, section: str, told: str
) -> None:
    """Nothing is asked for, nothing is opened."""
    wrong(tmp_path, section, command, told=told)


def test_a_wrong_rule_of_another_portal_stops_no_page(tmp_path: Path) -> None:
    """What is read has its own rules."""
    section = FIELDS + 'title = ["h1["]\n[portals.khac]\nhost = "khac.example.vn"\n'
    (tmp_path / "config.toml").write_text(PORTAL + section)
    (tmp_path / "page.html").write_text(ARTICLE, "utf-8")
    url = "https://khac.example.vn/-/view_content/1-a.html"
    assert khotin(tmp_path, "read", "page.html", "--url", url).returncode == 0


def test_the_rules_of_a_section_read_its_pages(tmp_path: Path) -> None:
    """What the docs show in their example, on a page."""
    text = (ROOT / "docs" / "portals.md").read_text("utf-8")
    example = text.partition("```toml\n")[2].partition("```")[0]
    (tmp_path / "config.toml").write_text(example)
    (tmp_path / "page.html").write_text(ARTICLE, "utf-8")
    url = "https://badinh.hanoi.gov.vn/tin-tuc/-/view_content/5012-le-hoi.html"
    words = ("read", "page.html", "--url", url, "--at", "2026-04-12T08:00", "--json")
    record = json.loads(khotin(tmp_path, *words).stdout)
    assert record["layout"] == "badinh/1"
    assert record["article"]["title"] == "Lễ hội đình làng Bắc khai hội"
    assert record["article"]["published_at"] == "2026-03-09T00:05:00Z"
    assert "Mua đất nền" not in record["article"]["text"]
    assert record["view_count"]["count"] == 1204
    assert [each["place"] for each in record["weather"]] == ["Xã Bắc", "Bến Nam"]
