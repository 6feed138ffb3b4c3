"""`khotin read`: pages read without an archive."""

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from cli.options import ConfigOption, JsonOption, settings_if_any


def read(
    source: Annotated[str, typer.Argument(metavar="URL-or-FILE")],
    url: Annotated[str | None, typer.Option("--url", help="Where a file came from.")] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="When it came, portal's zone.")
    ] = None,
    is_explained: Annotated[
        bool, typer.Option("--explain", help="Every rule with what it matched.")
    ] = False,
    is_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Fetch and read a page without storing it; says which rule found each field."""
    from core.jsonform import reading_to_json
    from look import look_at
    from terminal.output import console, print_json
    from terminal.readings import show_reading, show_tries

    seen = asyncio.run(
        look_at(settings_if_any(config), source, url=url, at=at, is_explained=is_explained)
    )
    answer = reading_to_json(
        seen.reading, portal=seen.site.portal, url=seen.url, status=seen.status
    )
    answer["rules_tried"] = [asdict(each) for each in seen.tries]
    if is_json:
        print_json(answer)
    else:
        show_reading(console(), answer, seen.site.zone)
        show_tries(console(), answer["rules_tried"])
