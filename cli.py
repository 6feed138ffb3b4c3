"""The commands. Each opens what it needs, asks or starts, and shows; nothing is decided here.

Heavy libraries are imported inside the commands, so that `--help` is quick. A person's mistake
ends in one line and exit status 2, an archive's trouble in 3, anything else that we know in 1.
"""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from core.config import VERSION, Config, archive_folder, load
from core.errors import ConfigError, KhotinError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from storage.archive import Archive
    from storage.queries import Connection

app = typer.Typer(
    name="khotin",
    help="An archive of local news: crawls portals, reads them, keeps every version.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ArchiveOption = Annotated[
    Path | None,
    typer.Option(
        "--archive", metavar="DIR", help="The archive's folder [KHOTIN_ARCHIVE, else config]."
    ),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings [KHOTIN_CONFIG, else config.toml]."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON value for programs.")]
PortalOption = Annotated[str | None, typer.Option("--portal", metavar="ID", help="Only this one.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Rows at the most.")]
BeforeOption = Annotated[
    int | None,
    typer.Option("--before", metavar="ID", min=1, max=2**62, help="The page after this row."),
]


def main() -> None:
    """Run the command line; known errors become one line and an exit status."""
    if len(sys.argv) == 1:
        sys.argv.append("--help")
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        status = app(standalone_mode=False)  # typer gives back the status of an Exit
        sys.stdout.flush()
        if status == 130:
            raise KeyboardInterrupt
        sys.exit(status or 0)
    except KhotinError as error:
        _end(str(error), error.exit_status)
    except (KeyboardInterrupt, typer.Abort):
        _end("stopped; what was fetched is kept, the rest stays due", 130)
    except asyncio.CancelledError:
        _end("stopped; what was fetched is kept, the rest stays due", 143)
    except BrokenPipeError:
        _leave(0)
    except OSError as error:
        _end(f"cannot write the answer: {error.strerror}", 1)
    except Exception as error:  # the task border: a mistake of usage, or one of ours
        if type(error).__module__.partition(".")[0] not in ("click", "typer"):
            raise
        _end(str(getattr(error, "format_message", error.__str__)()), 2)


def _end(message: str, status: int) -> NoReturn:
    _say_error(message)
    _leave(status)


def _leave(status: int) -> NoReturn:
    """End without another try to write what could not be written."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(status)


def _say_error(message: str) -> None:
    from terminal.words import plain

    print(f"khotin: {plain(message)}", file=sys.stderr)


# --- crawling -------------------------------------------------------------------------------------


@app.command()
def crawl(
    portals: Annotated[list[str] | None, typer.Argument(metavar="[PORTAL]...")] = None,
    is_all: Annotated[bool, typer.Option("--all", help="Every known article, due or not.")] = False,
    is_verbose: Annotated[bool, typer.Option("--verbose", "-v", help="A line per page.")] = False,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
) -> None:
    """Visit front pages and listings, then new articles, then known ones that are due."""
    settings = load(config)
    names = portals or sorted(settings.portals)
    for name in names:
        settings.user_agent(name)
    if not names:
        raise ConfigError("the config names no portal; add a [portals.NAME] section")
    _log_to_stderr(logging.INFO if is_verbose else logging.WARNING)

    async def work(opened: "Archive") -> None:
        from cycle import Tally
        from cycle import crawl as run_crawl
        from terminal.output import console
        from terminal.progress import progress_bar, show_summary

        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        tally = Tally()
        with progress_bar("crawling", is_quiet=is_verbose) as bar:
            async for event in run_crawl(settings, opened, opened.clock, names, is_all=is_all):
                tally.add(event)
                bar.show(tally.visits_count, tally.due_count)
        show_summary(console(), tally.lines(), tally.notes)
        for note in tally.given_up:
            _say_error(f"{note}; look at the host and its connection, the next crawl asks again")
        if tally.given_up:
            raise typer.Exit(1)

    _with_archive(settings, archive, work)


@app.command()
def run(archive: ArchiveOption = None, config: ConfigOption = None) -> None:
    """Crawl by the schedule in the config until a signal comes."""
    from scheduler import serve, triggers_of

    settings = load(config)
    triggers_of(settings)  # a wrong schedule is told before an archive is made
    _log_to_stderr(logging.INFO)
    _with_archive(settings, archive, lambda opened: serve(settings, opened, opened.clock))


def _with_archive(settings: Config, folder: Path | None, work: Callable[["Archive"], Any]) -> None:
    """Open the archive for writing, adopt what a dead process left, do the work, close it."""
    from adopt import adopt_orphans
    from core.clock import SystemClock
    from storage.archive import Archive

    where = archive_folder(folder, settings.archive.path)
    agent = settings.crawl.user_agent.format(version=VERSION, contact=settings.crawl.contact)
    size = settings.archive.warc_mb << 20
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


# --- reading without storing ----------------------------------------------------------------------


@app.command()
def read(
    source: Annotated[str, typer.Argument(metavar="URL-or-FILE")],
    url: Annotated[str | None, typer.Option("--url", help="Where a file came from.")] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="When it came, portal's zone.")
    ] = None,
    is_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Fetch and read a page without storing it; says which rule found each field."""
    from core.jsonform import reading_to_json
    from look import look_at
    from terminal.output import console, print_json
    from terminal.readings import show_reading

    seen = asyncio.run(look_at(load(config), source, url=url, at=at))
    answer = reading_to_json(
        seen.reading, portal=seen.site.portal, url=seen.url, status=seen.status
    )
    if is_json:
        print_json(answer)
    else:
        show_reading(console(), answer, seen.site.zone)


# --- looking --------------------------------------------------------------------------------------


@app.command()
def status(
    is_json: JsonOption = False, archive: ArchiveOption = None, config: ConfigOption = None
) -> None:
    """What the archive holds, what is due, what it waits for."""
    from core.clock import SystemClock
    from storage import queries
    from terminal.output import console, print_json
    from terminal.tables import show_status

    with _reading(archive, config) as connection:
        answers = queries.status(connection, SystemClock().now())
        warc = queries.warc_bytes(connection)
    if is_json:
        print_json({"portals": answers, "warc_files_count": warc[0], "warc_bytes": warc[1]})
    else:
        show_status(console(), answers, warc)


@app.command()
def articles(
    portal: PortalOption = None,
    state: Annotated[
        str | None, typer.Option("--state", help="listed, live, gone or soft_gone.")
    ] = None,
    limit: LimitOption = 50,
    before: BeforeOption = None,
    is_json: JsonOption = False,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
) -> None:
    """Articles, newest first."""
    from storage import queries
    from terminal.output import console, print_json
    from terminal.tables import show_articles

    _one_of("--state", state, ("listed", "live", "gone", "soft_gone"))
    with _reading(archive, config) as connection:
        queries.known_portal(connection, portal)
        answers = queries.articles_listed(
            connection, portal=portal, state=state, limit=limit, before=before
        )
        zone = _zone(connection, portal)
    if is_json:
        print_json(answers)
    else:
        show_articles(console(), answers, zone, is_part=bool(portal or state or before))


@app.command()
def show(
    article: Annotated[str, typer.Argument(help="Number, PORTAL/NATIVE-ID or URL.")],
    is_json: JsonOption = False,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
) -> None:
    """One article: fields, versions, counters, and where each came from."""
    from storage import queries
    from terminal.output import console, print_json
    from terminal.tables import show_article

    with _reading(archive, config) as connection:
        answer = queries.article(connection, queries.find(connection, article))
        zone = _zone(connection, answer["portal"])
    if is_json:
        print_json(answer)
    else:
        show_article(console(), answer, zone)


@app.command()
def diff(
    article: Annotated[str, typer.Argument(help="Number, PORTAL/NATIVE-ID or URL.")],
    older: Annotated[int | None, typer.Argument(metavar="V1")] = None,
    newer: Annotated[int | None, typer.Argument(metavar="V2")] = None,
    is_json: JsonOption = False,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
) -> None:
    """The words that differ between two versions; without numbers the last two."""
    from storage import queries
    from terminal.diffs import diff_json
    from terminal.output import console, print_json
    from terminal.tables import show_diff

    with _reading(archive, config) as connection:
        article_id = queries.find(connection, article)
        zone = _zone(connection, queries.article(connection, article_id)["portal"])
        old, new = queries.version_pair(connection, article_id, older, newer)
    if is_json:
        print_json(diff_json(old, new))
    else:
        show_diff(console(), old, new, zone)


@app.command()
def changes(
    portal: PortalOption = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="new, edited, moved, gone or returned.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Such as 2026-05-01T08:00.")
    ] = None,
    limit: LimitOption = 50,
    before: BeforeOption = None,
    is_json: JsonOption = False,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
) -> None:  # fmt: skip
    """New, edited, moved, gone and returned articles, newest first."""
    from core.times import instant_of
    from storage import queries
    from terminal.output import console, print_json
    from terminal.tables import show_changes

    for one in kind or ():
        _one_of("--kind", one, ("new", "edited", "moved", "gone", "returned"))
    with _reading(archive, config) as connection:
        queries.known_portal(connection, portal)
        zone = _zone(connection, portal)
        answers = queries.changes_seen(
            connection,
            portal=portal,
            kinds=tuple(kind or ()),
            since=instant_of(since, zone, "--since") if since else None,
            limit=limit,
            before=before,
        )
    if is_json:
        print_json(answers)
    else:
        show_changes(console(), answers, zone, is_part=bool(portal or kind or since or before))


@app.command()
def weather(
    portal: PortalOption = None,
    limit: LimitOption = 50,
    is_json: JsonOption = False,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
) -> None:
    """The weather blocks of the portals, as runs of equal values."""
    from storage import queries
    from terminal.output import console, print_json
    from terminal.tables import show_weather

    with _reading(archive, config) as connection:
        queries.known_portal(connection, portal)
        answers = queries.weather_runs_of(connection, portal=portal, limit=limit)
        zone = _zone(connection, portal)
    if is_json:
        print_json(answers)
    else:
        show_weather(console(), answers, zone)


# --- shared by the commands -----------------------------------------------------------------------


@contextmanager
def _reading(archive: Path | None, config: Path | None) -> Iterator["Connection"]:
    """A read-only look at the archive; a config is needed only when it says where that is."""
    from storage import queries

    settings = None
    if config is not None or (archive is None and Path("config.toml").is_file()):
        settings = load(config)
    folder = archive_folder(archive, settings.archive.path if settings else None)
    with queries.reading(folder) as connection:
        yield connection


def _zone(connection: "Connection", portal: str | None) -> "ZoneInfo":
    from storage import queries
    from terminal.tables import zone_of

    return zone_of(queries.zones(connection), portal)


def _one_of(option: str, value: str | None, allowed: tuple[str, ...]) -> None:
    if value is not None and value not in allowed:
        raise ConfigError(f"{option} {value!r}: allowed is one of: {', '.join(allowed)}")


if __name__ == "__main__":
    main()
