"""What a section keeps secret goes to the portal and nowhere else."""

import gzip
import logging
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from core.clock import DrivenClock
from core.config import parse
from core.errors import ConfigError
from cycle import crawl
from storage.archive import Archive
from tests.small_site import HOST, START, SmallSite, crawled, serving_site

TOKEN = "Bearer 5f1c-rat-bi-mat"
PASSWORD = "mat-khau-cua-proxy"
SESSION = "phien-lam-viec-8842"


def everything_in(folder: Path) -> bytes:
    """All bytes of an archive, WARC members inflated."""
    return b"\n".join(
        gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )


async def test_a_header_from_the_environment_is_sent_and_never_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The portal sees it; WARC, database and log have its name and three stars."""
    monkeypatch.setenv("KHOTIN_TEST_TOKEN", TOKEN)
    caplog.set_level(logging.DEBUG)
    seen: list[str | None] = []
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = [1]
        headers = {"Authorization": {"env": "KHOTIN_TEST_TOKEN"}, "Accept-Language": "vi-VN"}
        app = web.Application()

        async def note(request: web.Request) -> web.Response:
            seen.append(request.headers.get("Authorization"))
            status, body, kind = site.answer(request.path_qs)
            return web.Response(status=status, body=body, headers={"Content-Type": kind})

        app.router.add_route("*", "/{tail:.*}", note)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        site.address = f"127.0.0.1:{runner.addresses[0][1]}"
        try:
            await crawled(tmp_path, site, headers=headers)
        finally:
            await runner.cleanup()
    assert len(seen) == 4
    assert set(seen) == {TOKEN}
    kept = everything_in(tmp_path)
    assert b"Authorization: ***" in kept
    assert b"Accept-Language: vi-VN" in kept
    assert TOKEN.encode() not in kept
    assert TOKEN not in caplog.text


async def test_cookies_are_kept_only_where_the_section_asks_and_their_values_never(
    tmp_path: Path,
) -> None:
    """With `cookies = true` the session goes back to the portal; the archive has its name."""

    async def serve(request: web.Request) -> web.Response:
        sent.append(request.headers.get("Cookie"))
        status, body, kind = site.answer(request.path_qs)
        answer = web.Response(status=status, body=body, headers={"Content-Type": kind})
        answer.headers["Set-Cookie"] = f"JSESSIONID={SESSION}; Path=/"
        return answer

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        for is_asked in (False, True):
            site, sent = SmallSite(), []
            site.sections["tin-tuc"] = [1]
            site.address = f"127.0.0.1:{runner.addresses[0][1]}"
            folder = tmp_path / str(is_asked)
            await crawled(folder, site, cookies=is_asked)
            assert [cookie is not None for cookie in sent[1:]] == [is_asked] * 3
            if is_asked:
                assert SESSION.encode() not in everything_in(folder)
    finally:
        await runner.cleanup()


async def test_the_password_of_a_proxy_is_in_no_error_and_no_archive(tmp_path: Path) -> None:
    """The proxy does not answer; that is told, and no more."""
    clock = DrivenClock(START)
    section: dict[str, Any] = {
        "host": HOST,
        "scheme": "http",
        "contact": "a@example.vn",
        "proxy": f"http://nguoi-dung:{PASSWORD}@127.0.0.1:9",
    }
    config = parse({"portals": {"p": section}})
    told = []
    with Archive(tmp_path, clock, user_agent="test") as archive:
        async for event in crawl(config, archive, clock, ["p"]):
            told.append(repr(event))
    assert any("the proxy cannot be reached" in each for each in told), told
    assert PASSWORD not in "".join(told)
    assert PASSWORD.encode() not in everything_in(tmp_path)


@pytest.mark.parametrize(
    ("section", "said"),
    [
        (
            {"headers": {"X-Key": {"env": "KHOTIN_NOT_SET"}}},
            "portals.p.headers.X-Key: the environment variable KHOTIN_NOT_SET is not set",
        ),
        ({"headers": {"X-Key": "hai\ndòng"}}, "portals.p.headers.X-Key: allowed is one line"),
        ({"proxy": f"socks5://u:{PASSWORD}@h:1"}, "portals.p: proxy: allowed is"),
    ],
)
async def test_a_wrong_secret_is_told_without_telling_it(
    tmp_path: Path, section: dict[str, Any], said: str
) -> None:
    """One line with the key, before anything is asked."""
    with pytest.raises(ConfigError) as caught:
        await crawled(tmp_path, SmallSite(), connect_to=None, contact="a@b.vn", **section)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)
    assert PASSWORD not in str(caught.value)
