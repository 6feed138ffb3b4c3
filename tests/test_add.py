"""`khotin add`: a portal is looked at and written into the config, as a person would do it."""

import asyncio
import html
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.config import load
from demo.town import HOST
from tests.living import ENVIRONMENT, ROOT, LivingReplica, khotin
from tests.serving import HANOI, needs_hanoi_pages, serve_files

UNKNOWN = "baotinh.example.vn"
STORY = (
    "Sáng {day}/5, Ủy ban nhân dân huyện tổ chức lễ ra quân số {number} với sự tham gia của hơn "
    "{people} người dân ở các xã ven sông. "
)


def add(folder: Path, url: str, *options: str) -> "subprocess.CompletedProcess[str]":
    """The command with its config in the folder; nobody can be asked."""
    return subprocess.run(
        [sys.executable, "-m", "cli", "add", url, *options,
         "--config", str(folder / "config.toml")],
        cwd=ROOT, env={**ENVIRONMENT, "COLUMNS": "160"}, capture_output=True, text=True,
        timeout=120, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip


async def add_served(
    folder: Path, files: dict[str, bytes], url: str, *options: str
) -> tuple["subprocess.CompletedProcess[str]", list[str]]:
    """The same beside a server of these files; also the paths that were asked for."""
    async with serve_files(files) as (address, asked):
        more = ("--connect-to", address, "--delay", "0s", "--yes", *options)
        done = await asyncio.to_thread(add, folder, url, *more)
        return done, asked.paths


def test_the_replica_is_added_and_then_crawled(tmp_path: Path) -> None:
    """Family by its mark, five articles whole, a section that works; it crawls at once."""
    with LivingReplica() as portal:
        done = add(tmp_path, f"http://{HOST}/", "--connect-to", portal.address, "--delay", "0s",
                   "--yes")  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "hanoi-liferay, by " in done.stdout
        assert "found on 5 pages: title 5, date 5, views 5, text 5, authors 5" in done.stdout
        section = load(tmp_path / "config.toml").portals["songmay"]
        assert (section.family, section.host, section.scheme) == ("hanoi-liferay", HOST, "http")
        assert section.name.endswith("thị xã Sông Mây")
        process = khotin(tmp_path / "config.toml", "crawl", "--archive", str(tmp_path / "a"))
        out, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
        assert "new" in out


def test_nothing_is_written_where_nobody_can_agree(tmp_path: Path) -> None:
    """Without --yes and without a terminal: shown, refused in one line, no file."""
    with LivingReplica() as portal:
        done = add(tmp_path, f"http://{HOST}/", "--connect-to", portal.address, "--delay", "0s")
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].endswith("--yes writes it without a question")
    assert not (tmp_path / "config.toml").exists()


def test_a_person_is_asked_and_no_means_no(tmp_path: Path) -> None:
    """At a terminal the section is shown and a question stands below it."""
    import pty

    with LivingReplica() as portal:
        main, second = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", "add", f"http://{HOST}/", "--connect-to", portal.address,
             "--delay", "0s", "--config", str(tmp_path / "config.toml")],
            cwd=ROOT, env=ENVIRONMENT, stdin=second, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        os.close(second)
        os.write(main, b"n\n")
        out, _ = process.communicate(timeout=120)
        os.close(main)
    assert process.returncode == 1
    assert "[portals.songmay]" in out
    assert "nothing was written" in out
    assert not (tmp_path / "config.toml").exists()


def test_comments_and_order_of_a_config_stay(tmp_path: Path) -> None:
    """The section is appended; what stood there stands there still, byte by byte."""
    before = '# ours\n[crawl]\ncontact = "a@example.org"  # who\n'
    (tmp_path / "config.toml").write_text(before)
    with LivingReplica() as portal:
        done = add(tmp_path, f"http://{HOST}/", "--connect-to", portal.address, "--delay", "0s",
                   "--yes", "--id", "song-may")  # fmt: skip
        assert done.returncode == 0, done.stderr
        after = (tmp_path / "config.toml").read_text()
        assert after.startswith(before)
        assert "song-may" in load(tmp_path / "config.toml").portals
        again = add(tmp_path, f"http://{HOST}/", "--connect-to", portal.address, "--yes")
    assert again.returncode == 2
    assert f"{HOST} is already portal 'song-may'" in again.stderr
    assert (tmp_path / "config.toml").read_text() == after


@pytest.mark.parametrize(
    ("url", "options", "said"),
    [
        ("ftp://a.example.vn/", (), "allowed is http:// or https://"),
        ("http://", (), "is no URL"),
        ("http://a.example.vn/", ("--id", "Ạ"), "a portal id has small letters"),
        ("http://a.example.vn/", ("--zone", "Hà Nội"), "allowed is an IANA zone name"),
        ("http://a.example.vn/", ("--delay", "soon"), "allowed is a number above 0"),
        ("http://a.example.vn/", ("--connect-to", "nowhere"), 'allowed is "HOST:PORT"'),
        ("http://a.example.vn/", (), "contact is empty"),
        ("http://a.example.vn/", ("--connect-to", "127.0.0.1:9"), "may not be asked for"),
    ],
)
def test_a_mistake_is_one_line(
    tmp_path: Path, url: str, options: tuple[str, ...], said: str
) -> None:
    """What, where, and what is allowed; nothing is written."""
    done = add(tmp_path, url, *options, "--yes")
    assert done.returncode in (1, 2)
    assert said in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "config.toml").exists()


@needs_hanoi_pages
async def test_the_saved_real_pages_are_recognised(tmp_path: Path) -> None:
    """sotttt.hanoi.gov.vn out of its saved pages, through connect_to."""
    files = {f"/{path.name}": path.read_bytes() for path in HANOI.glob("*.html")}
    files["/"] = files["/chien-luoc-quy-hoach.html"]
    done, asked = await add_served(tmp_path, files, "http://sotttt.hanoi.gov.vn/")
    assert done.returncode == 0, done.stderr
    assert load(tmp_path / "config.toml").portals["sotttt"].family == "hanoi-liferay"
    assert not [path for path in asked if "dang-nhap" in path or "p_p_id=58" in path]


# --- a site that no family knows ------------------------------------------------------------------


def unknown_page(number: int) -> bytes:
    """An article of a site of its own kind."""
    title = f"Huyện Ven Sông ra quân làm sạch bãi bồi đợt {number}"
    story = "".join(
        f"<p>{STORY.format(day=number + 3, number=number * 10 + part, people=number * 117)}"
        "Các đoàn viên thu gom rác, trồng cây và sửa lại đường dẫn ra bến đò cũ.</p>"
        for part in range(6)
    )
    return f"""<!DOCTYPE html><html lang=vi><head><title>{title} | Báo Tỉnh</title></head><body>
<div id=menu><a href="/">Trang nhất</a> <a href="/thoi-su">Thời sự</a></div>
<div class="bai-viet"><h1 class="tieu-de-bai">{title}</h1>
<div class="dong-thoi-gian">Thứ tư, 0{number}/04/2026, 08:1{number} <span class="so-luot">Lượt xem:
{number * 1000 + 234}</span></div>
<div class="noi-dung-bai">{story}</div><p class="ky-ten">Trần Văn {"ABCDEFG"[number]}n</p></div>
<div class="tin-khac">Tin khác {number}</div></body></html>""".encode()


def unknown_site() -> dict[str, bytes]:
    links = "".join(
        f'<li><h3><a href="/thoi-su/ra-quan-dot-{n}-10{n}234.html">Ra quân làm sạch đợt {n}</a>'
        "</h3></li>"
        for n in range(1, 7)
    )
    front = (
        "<!DOCTYPE html><html><head><title>Báo Tỉnh điện tử</title>"
        '<link rel="alternate" type="application/rss+xml" href="/rss.xml"></head>'
        f'<body><nav><a href="/thoi-su">Thời sự</a></nav><ul>{links}</ul></body></html>'
    ).encode()
    files = {"/": front, "/thoi-su": front, "/rss.xml": b"<rss><item></item><item></item></rss>"}
    files["/robots.txt"] = b"User-agent: *\nDisallow: /thoi-su/ra-quan-dot-6\nCrawl-delay: 0\n"
    return files | {f"/thoi-su/ra-quan-dot-{n}-10{n}234.html": unknown_page(n) for n in range(1, 7)}


async def test_an_unknown_site_gets_selectors_that_read_it(tmp_path: Path) -> None:
    """Title, date, views and body are learned; the section reads a page it never saw."""
    done, asked = await add_served(tmp_path, unknown_site(), f"http://{UNKNOWN}/")
    assert done.returncode == 0, done.stderr
    assert asked[0] == "/robots.txt"
    assert not [path for path in asked if "dot-6" in path]  # robots.txt forbids it
    assert "2 entries" in done.stdout
    text = (tmp_path / "config.toml").read_text()
    for selector in ("tieu-de-bai", "dong-thoi-gian", "noi-dung-bai"):
        assert selector in text
    page = tmp_path / "page.html"
    page.write_bytes(unknown_page(6))
    read = subprocess.run(
        [sys.executable, "-m", "cli", "read", str(page), "--json", "--at", "2026-05-01",
         "--url", f"http://{UNKNOWN}/thoi-su/ra-quan-dot-6-106234.html",
         "--config", str(tmp_path / "config.toml")],
        cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    record = json.loads(read.stdout)
    assert record["quality"] == "ok"
    assert record["article"]["title"] == "Huyện Ven Sông ra quân làm sạch bãi bồi đợt 6"
    assert record["article"]["published_at"] == "2026-04-06T01:16:00Z"
    assert record["view_count"]["count"] == 6234
    assert record["article"]["text"].count("\n") == 5
    assert "Tin khác" not in record["article"]["text"]


async def test_a_hostile_site_changes_nothing_but_its_own_section(tmp_path: Path) -> None:
    """Titles that carry TOML, line breaks and escape sequences stay text in comments."""
    evil = 'x"\n[portals.evil]\nhost = "evil.example"\n\x1b[31m\u202e'
    front = f"<html><head><title>{html.escape(evil)}</title></head><body>x</body></html>".encode()
    done, _ = await add_served(tmp_path, {"/": front}, f"http://{UNKNOWN}/")
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout
    assert set(load(tmp_path / "config.toml").portals) == {"baotinh"}
    assert "No article was found" in done.stdout
