"""What is wrong with a page: saved examples, each in the folder of the quality it must get.

An example is `<quality>/<name>.html`, written by hand after what the software named in its file
name sends. A `.toml` beside it says what differs from a page fetched with status 200 from an
article's URL of a portal whose family nobody named: `url` (where the answer came from), `family`,
`expected`, `status`, `headers`, `front`, and `captured` (what fetching found wrong with the bytes).
"""

import time
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from core.config import PortalConfig
from core.records import Capture, PageKind, Quality
from crawler.grade import is_challenge
from crawler.grade.ends import why_cut
from crawler.grade.words import is_error_text, said_by_text, said_by_title
from crawler.read import read
from pipeline import site_of

FOLDER = Path(__file__).parent / "qualities"
EXAMPLES = sorted(FOLDER.glob("*/*.html"))
HOST = "tin.songmay.example.vn"
URL = f"https://{HOST}/xa-hoi/khoi-cong-cau-moi-qua-song-may-104512.html"
PATIENCE_S = 5
COMMON = ("bot_wall", "login_wall", "soft_404", "server_error", "truncated", "empty", "wrong_page",
          "ok")  # fmt: skip


def example(file):
    """The page as it was captured, its site, and what the visit hoped for."""
    facts = file.with_suffix(".toml")
    said = tomllib.loads(facts.read_text("utf-8")) if facts.exists() else {}
    unknown = set(said) - {"url", "family", "expected", "status", "headers", "front", "captured",
                           "note"}  # fmt: skip
    assert not unknown, unknown
    headers = said.get("headers", [["Content-Type", "text/html; charset=UTF-8"]])
    capture = captured(
        file.read_bytes(),
        url=said.get("url", URL),
        status=said.get("status", 200),
        headers=tuple((name.encode(), value.encode()) for name, value in headers),
        quality=Quality(said.get("captured", "ok")),
    )
    config = PortalConfig(
        host=HOST, family=said.get("family", "auto"), front=said.get("front", "/")
    )
    return capture, site_of("songmay", config), PageKind(said.get("expected", "article"))


def captured(body, **fields):
    """A capture of this body."""
    return Capture(**{
        "url": URL,
        "captured_at": datetime(2026, 5, 6, 1, 0, tzinfo=UTC),
        "status": 200,
        "reason": "",
        "http_version": "1.1",
        "headers": ((b"Content-Type", b"text/html; charset=UTF-8"),),
        "request_headers": (),
        "payload": body,
        "body": body,
        "quality": Quality.OK,
        **fields,
    })  # fmt: skip


def graded(body, family="auto"):
    """The quality of a page at an article's URL."""
    site = site_of("songmay", PortalConfig(host=HOST, family=family))
    return read(captured(body), site, PageKind.ARTICLE).quality


@pytest.mark.parametrize("file", EXAMPLES, ids=[f"{f.parent.name}/{f.stem}" for f in EXAMPLES])
def test_a_saved_example_gets_the_quality_its_folder_names(file):
    """And a reason of one sentence, unless it is good."""
    reading = read(*example(file))
    assert (reading.quality.value, reading.reason) == (file.parent.name, reading.reason)
    assert bool(reading.reason) == (reading.quality is not Quality.OK)
    assert reading.reason.isprintable()
    assert len(reading.reason) <= 200
    assert (reading.article is not None) <= (reading.quality is Quality.OK)


@pytest.mark.parametrize("quality", COMMON)
def test_every_common_quality_has_examples_enough(quality):
    """Five at least; a folder that is no quality would test nothing."""
    assert {folder.name for folder in FOLDER.iterdir()} <= {each.value for each in Quality}
    assert len(list((FOLDER / quality).glob("*.html"))) >= 5
