"""A plain server for files under any host name, and shared/'s saved pages when they are there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

SHARED = Path(__file__).resolve().parents[2] / "shared"
HANOI = SHARED / "pages" / "hanoi-liferay"
SEED_TEXT = SHARED / "pages" / "sontay-article.seed.txt"

needs_hanoi_pages = pytest.mark.skipif(
    not HANOI.is_dir(),
    reason="shared/pages/hanoi-liferay is not beside the project: real pages have no licence "
    "and are never committed",
)


class Asked:
    """What a server was asked for: method, path with query, and Host, in order."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, str]] = []

    @property
    def paths(self) -> list[str]:
        """The paths with their queries."""
        return [path for _, path, _ in self.requests]


@asynccontextmanager
async def serve_files(files: dict[str, bytes]) -> AsyncIterator[tuple[str, Asked]]:
    """Answer each path with its file as HTML, everything else with 404; gives the address."""
    asked = Asked()

    async def answer(request: web.Request) -> web.Response:
        asked.requests.append((request.method, request.path_qs, request.headers["Host"]))
        body = files.get(request.path)
        if body is None:
            return web.Response(status=404, text="not here")
        return web.Response(body=body, content_type="text/html", charset="UTF-8")

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"127.0.0.1:{runner.addresses[0][1]}", asked
    finally:
        await runner.cleanup()
