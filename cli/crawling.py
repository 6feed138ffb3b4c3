"""`khotin crawl` and `khotin run`: whatever writes to an archive."""

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import ArchiveOption, ConfigOption, say_error
from core.config import VERSION, Config, archive_folder, load
from core.errors import ConfigError

if TYPE_CHECKING:
    from storage.archive import Archive


def crawl(
    portals: Annotated[list[str] | None, typer.Argument(metavar="[PORTAL]...")] = None,
    is_all: Annotated[bool, typer.Option("--all", help="Every known article, due or not.")] = False,
    is_backfill: Annotated[
        bool,
        typer.Option("--backfill", help="Everything old too: listings to the end, sitemaps."),
    ] = False,
    is_verbose: Annotated[bool, typer.Option("--verbose", "-v", help="A line per page.")] = False,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
) -> None:
    """Visit front pages and listings, then new articles, then known ones that are due."""
    settings = load(config)
    names = portals or sorted(settings.portals)
    for name in names:
        settings.user_agent(name)
    _check_rules(settings, names)
    if not names:
        raise ConfigError("the config names no portal; add a [portals.NAME] section")
    _log_to_stderr(logging.INFO if is_verbose else logging.WARNING)

    async def work(opened: "Archive") -> None:

        from cycle import Plan
        from cycle import crawl as run_crawl
        from tally import Tally
        from terminal.output import console
        from terminal.progress import board, show_summary

        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        tally = Tally()
        plan = Plan(is_all=is_all, is_backfill=is_backfill)
        with board(is_quiet=is_verbose) as live:
            async for event in run_crawl(settings, opened, opened.clock, names, plan):
                tally.add(event)
                live.show(tally.portals)
        show_summary(console(), tally.lines(), tally.notes)
        for note in tally.given_up:
            say_error(f"{note}; look at the host and its connection, the next crawl asks again")
        if tally.given_up:
            raise typer.Exit(1)

    _with_archive(settings, archive, work)


def run(archive: ArchiveOption = None, config: ConfigOption = None) -> None:
    """Crawl by the schedule in the config until a signal comes."""
    from scheduler import serve, triggers_of

    settings = load(config)
    triggers_of(settings)  # a wrong schedule is told before an archive is made
    _check_rules(settings, settings.portals)
    _log_to_stderr(logging.INFO)
    _with_archive(settings, archive, lambda opened: serve(settings, opened, opened.clock))


def calm_collector() -> None:
    """Let Python look for circular garbage less often.

    A crawl makes hundreds of thousands of small records an hour and nearly none in circles; looking
    through all that lives takes a tenth of its time. What lives already is not looked at again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _check_rules(settings: Config, names: Iterable[str]) -> None:
    """Wrong rules in a portal's section are told before an archive is made."""
    from portal import site_of

    for name in names:
        site_of(name, settings.portal(name))


def _with_archive(settings: Config, folder: Path | None, work: Callable[["Archive"], Any]) -> None:
    """Open the archive for writing, adopt what a dead process left, do the work, close it."""
    from adopt import adopt_orphans
    from core.clock import SystemClock
    from storage.archive import Archive

    where = archive_folder(folder, settings.archive.path)
    agent = settings.crawl.user_agent.format(version=VERSION, contact=settings.crawl.contact)
    size = settings.archive.warc_mb << 20
    calm_collector()
    with Archive(where, SystemClock(), user_agent=agent, max_warc_bytes=size) as opened:
        adopted = adopt_orphans(settings, opened)
        if adopted:
            print(f"adopted {adopted} captures that a stopped process had kept", file=sys.stderr)
        asyncio.run(work(opened))


def _log_to_stderr(level: int) -> None:
    logging.basicConfig(
        stream=sys.stderr, level=level, format="%(asctime)s %(levelname)s %(message)s", force=True
    )
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.WARNING)
