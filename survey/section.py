"""The section of the config that a survey proposes, as text a person can edit."""

import os
from datetime import date
from pathlib import Path

from core.config import AUTO, load, parse
from core.errors import ConfigError
from core.text import tidy
from core.tomlfile import tables_in
from crawler.learn import to_toml
from crawler.portals import GENERIC
from survey import Survey

NEW_FILE = """\
# Khotin's settings. Every key is explained in docs/config.md.

[crawl]
contact = {contact}

[archive]
path = "archive"
"""


def section_of(survey: Survey, today: date) -> str:
    """The text of `[portals.ID]`, with comments that say what was seen."""
    portal = survey.portal
    family = survey.site.family.id if survey.evidence else portal.family
    seen = f"seen: {survey.evidence}" if survey.evidence else "no family is known; read by shape"
    if family == AUTO:
        family = GENERIC.id
    lines = [
        "",
        f"# {_comment(survey.title) or portal.host}",
        f"# Added on {today.isoformat()} after a look at {_comment(survey.site.home)}",
        f"[portals.{survey.portal_id}]",
        f"name = {_string(survey.title[:100] or portal.host)}",
        f"host = {_string(portal.host)}",
    ]
    if portal.scheme != "https":
        lines.append(f"scheme = {_string(portal.scheme)}")
    lines.append(f"family = {_string(family)}  # {_comment(seen)}")
    lines.append(f"zone = {_string(portal.zone)}")
    if portal.front not in (None, "/"):
        lines.append(f"front = {_string(portal.front or '/')}")
    if survey.sections and family == GENERIC.id:
        lines.append("listings = [  # sections that the menu of the front page names")
        lines += [f"    {_string(path)}," for path in survey.sections]
        lines.append("]")
    elif survey.sections:
        lines.append(f"# {len(survey.sections)} sections stand in the menu; they are followed.")
    if portal.connect_to is not None:
        host, port = portal.connect_to
        shown = f"[{host}]" if ":" in host else host
        lines.append(f"connect_to = {_string(f'{shown}:{port}')}")
    lines.append('every = "1h"  # how often to look; or cron = "0 6,12,18 * * *"')
    delay_s = portal.delay.total_seconds()
    lines.append(f'delay = "{delay_s:g}s"  # between two requests')
    lines += _lists(survey)
    text = "\n".join(lines) + "\n"
    if survey.learned is not None:
        text += "\n" + to_toml(survey.learned, survey.portal_id)
    return text


def add_section(path: Path, section: str, portal_id: str, contact: str) -> None:
    """Append the section to the config file, made if need be; whole or not at all.

    Raises `ConfigError` when the file with it would be no config.
    """
    exists = path.exists()
    text = path.read_text("utf-8") if exists else NEW_FILE.format(contact=_string(contact))
    whole = text.rstrip("\n") + "\n" + section
    config = parse(tables_in(whole, path))
    if portal_id not in config.portals:
        raise ConfigError(f"{path}: the section of {portal_id} was not understood")
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_text(whole, "utf-8")
        if exists:
            fresh.chmod(path.stat().st_mode & 0o7777)
        os.replace(fresh, path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error
    load(path)


def _lists(survey: Survey) -> list[str]:
    """Feeds and sitemaps, as comments: what was there when it was looked at."""
    lines = []
    for each in survey.found:
        said = f"{each.entries_count} entries" if each.entries_count is not None else each.why
        lines.append(f"# {each.kind}: {_comment(each.url)} ({_comment(said)})")
    return lines


def _comment(text: str) -> str:
    return tidy(text)[:200]


def _string(text: str) -> str:
    """A TOML basic string; what could break a line or a terminal is gone already."""
    return '"' + tidy(text).replace("\\", "\\\\").replace('"', '\\"') + '"'
