"""What an archive holds: `status`, `log`, `articles`, `show`, `diff`, `changes`,
`weather`, `polls`, `visitors`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import (
    ArchiveOption,
    BeforeOption,
    ConfigOption,
    JsonOption,
    LimitOption,
    PortalOption,
    one_of,
)
from core.config import archive_folder, load

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from storage.queries import Connection


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


def log(
    portal: Annotated[str, typer.Argument(metavar="PORTAL")],
    limit: LimitOption = 30,
    is_json: JsonOption = False,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
) -> None:
    """What was asked of a portal lately, what came of it, and what it waits for."""
    from core.clock import SystemClock
    from crawler.politeness import day_of
    from storage import queries
    from terminal.logs import show_log
    from terminal.output import console, print_json

    now = SystemClock().now()
    with _reading(archive, config) as connection:
        queries.known_portal(connection, portal)
        zone = _zone(connection, portal)
        state = queries.crawl_state(connection, portal, now, day_of(now, zone)[0])
        visits = queries.visits_logged(connection, portal, limit=limit)
    if is_json:
        print_json({"state": state, "visits": visits})
    else:
        show_log(console(), state, visits, now, zone)


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

    one_of("--state", state, ("listed", "live", "gone", "soft_gone"))
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
        one_of("--kind", one, ("new", "edited", "moved", "gone", "returned"))
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
    from terminal.runs import show_weather

    with _reading(archive, config) as connection:
        queries.known_portal(connection, portal)
        answers = queries.weather_runs_of(connection, portal=portal, limit=limit)
        zone = _zone(connection, portal)
    if is_json:
        print_json(answers)
    else:
        show_weather(console(), answers, zone)


def polls(
    portal: PortalOption = None,
    limit: LimitOption = 50,
    is_json: JsonOption = False,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
) -> None:
    """The polls of the portals: questions, options and votes as they were shown."""
    from storage import queries
    from terminal.output import console, print_json
    from terminal.runs import show_polls

    with _reading(archive, config) as connection:
        queries.known_portal(connection, portal)
        answers = queries.poll_runs_of(connection, portal=portal, limit=limit)
        zone = _zone(connection, portal)
    if is_json:
        print_json(answers)
    else:
        show_polls(console(), answers, zone)


def visitors(
    portal: PortalOption = None,
    limit: LimitOption = 50,
    is_json: JsonOption = False,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
) -> None:
    """The portals' own counters of visitors, one look a cycle."""
    from storage import queries
    from terminal.output import console, print_json
    from terminal.runs import show_visitors

    with _reading(archive, config) as connection:
        queries.known_portal(connection, portal)
        answers = queries.visitor_runs_of(connection, portal=portal, limit=limit)
        zone = _zone(connection, portal)
    if is_json:
        print_json(answers)
    else:
        show_visitors(console(), answers, zone)


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
