"""`khotin add`: a portal is looked at, shown, and written into the config when you say so."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.options import ConfigOption
from core.config import Config, config_path, load
from core.errors import ConfigError


def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="The portal's front page.")],
    portal_id: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="Its lasting name in the archive.")
    ] = None,
    count: Annotated[
        int, typer.Option("--articles", min=1, max=20, help="How many to read on trial.")
    ] = 5,
    zone: Annotated[
        str | None, typer.Option("--zone", help="Its time zone, such as Asia/Ho_Chi_Minh.")
    ] = None,
    delay: Annotated[
        str | None, typer.Option("--delay", help='Between two requests, such as "2s".')
    ] = None,
    connect_to: Annotated[
        str | None, typer.Option("--connect-to", metavar="HOST:PORT", help="Send traffic there.")
    ] = None,
    contact: Annotated[
        str | None, typer.Option("--contact", help="Who asks; for a config that has none yet.")
    ] = None,
    is_yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,
    config: ConfigOption = None,
) -> None:
    """Look at a portal, show how well it is read, and add it to the config."""
    from core.clock import SystemClock
    from survey import portal_for, survey
    from survey.section import add_section, section_of
    from terminal.output import console
    from terminal.progress import progress_bar
    from terminal.surveys import show_survey

    path = config_path(config)
    settings = load(path) if path.exists() else Config()
    if contact and not path.exists():
        crawl = settings.crawl.model_copy(update={"contact": contact})
        settings = settings.model_copy(update={"crawl": crawl})
    name, portal = portal_for(
        settings, url, portal_id, zone=zone, delay=delay, connect_to=connect_to
    )
    clock = SystemClock()
    with progress_bar("looking", is_quiet=False) as bar:
        done = asyncio.run(survey(settings, name, portal, count, clock=clock, progress=bar.show))
    show_survey(console(), done)
    section = section_of(done, clock.now().date())
    print(f"\nThis would be added to {path}:\n{section}", end="")
    if not is_yes and not _agreed(path):
        print("nothing was written")
        raise typer.Exit(1)
    add_section(path, section, name, settings.crawl.contact)
    print(f"added to {path}; next: khotin crawl {name}")


def _agreed(path: Path) -> bool:
    if not sys.stdin.isatty():
        raise ConfigError("nobody can be asked here; --yes writes it without a question")
    return typer.confirm(f"Add it to {path}?", default=True)
