"""Large pages are read in a process of their own, and nothing is left of it."""

import asyncio
import time

import psutil
import pytest

from core.records import PageKind, Quality
from crawler.isolate import LARGE_BYTES, LIMIT_S, START_S, read_apart
from crawler.read import read
from tests.crawler.sites import ARTICLE_URL, SITE, STORY, captured, page

SLACK_S = 20  # a busy machine
ARTICLE = page(STORY.path)
LARGE = ARTICLE.replace(b"</body>", b"<!--" + b"x" * LARGE_BYTES + b"--></body>")
MANY_IMAGES = b"".join(b'<img src="/a?img_id=%d">' % number for number in range(190_000))
SLOW = ARTICLE.replace(
    b'<div class="journal-content-article">',
    b'<div class="journal-content-article">' + MANY_IMAGES,
)
TANGLED = ARTICLE.replace(b"</body>", b"<div>" * 150_000 + b" " * LARGE_BYTES + b"</body>")


def children():
    """The reading processes of this one."""
    return [
        child
        for child in psutil.Process().children(recursive=True)
        if child.status() != psutil.STATUS_ZOMBIE and "crawler.isolate" in " ".join(child.cmdline())
    ]


async def first_child():
    for _ in range(int(START_S * 100)):
        if found := children():
            return found[0]
        await asyncio.sleep(0.01)
    pytest.fail("no process was started")


@pytest.fixture(autouse=True)
def leaves_no_process():
    """Every test here ends without one."""
    yield
    assert not children()
    assert not [
        child for child in psutil.Process().children() if child.status() == psutil.STATUS_ZOMBIE
    ]


async def test_a_large_good_page_is_read_as_it_is_here():
    """The child's reading is the reading."""
    capture = captured(LARGE)
    apart = await read_apart(capture, SITE, PageKind.ARTICLE)
    assert apart.quality is Quality.OK
    assert apart == read(capture, SITE, PageKind.ARTICLE)


async def test_a_large_page_with_a_named_fault_keeps_its_name():
    """The child refuses what the scan refuses."""
    reading = await read_apart(captured(TANGLED), SITE, PageKind.ARTICLE)
    assert reading.quality is Quality.TOO_COMPLEX
    assert "open at once" in reading.reason


async def test_a_page_that_takes_too_long_is_too_complex():
    """The child is stopped at its limit, whatever it is doing."""
    began = time.monotonic()
    reading = await read_apart(captured(SLOW), SITE, PageKind.ARTICLE)
    assert time.monotonic() - began < LIMIT_S + SLACK_S
    assert reading.quality is Quality.TOO_COMPLEX
    assert "stopped" in reading.reason
    assert reading.canonical_url == ARTICLE_URL


async def test_a_child_that_dies_makes_the_page_too_complex():
    """A crash of the parser, the kernel short of memory: the page ended its process."""
    task = asyncio.create_task(read_apart(captured(SLOW), SITE, PageKind.ARTICLE))
    (await first_child()).kill()
    reading = await asyncio.wait_for(task, SLACK_S)
    assert reading.quality is Quality.TOO_COMPLEX
    assert "ended its process" in reading.reason


async def test_cancelling_leaves_no_process():
    """A program that is stopped takes its readers along."""
    task = asyncio.create_task(read_apart(captured(SLOW), SITE, PageKind.ARTICLE))
    await first_child()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
