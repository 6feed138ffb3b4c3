"""`khotin read`: pages read without an archive."""

import asyncio
from typing import Annotated

import typer

from cli.options import ConfigOption, JsonOption
from core.config import load


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
