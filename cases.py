"""Recorded cases: a saved page, where and when it came from, and the record expected of it.

A case is a folder with `page.html` (the bytes), `case.toml` (the facts) and `expected.json` (the
record). The expectation is a person's: it is written by `accept`, with a name, never by a test.
"""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import ada_url

from core.config import AUTO, PortalConfig, parse
from core.config.mistakes import named, shown
from core.errors import ConfigError
from core.jsonform import JsonDict, instant, reading_to_json
from core.records import Capture, PageKind, Quality
from core.text import tidy
from core.times import instant_of
from core.tomlfile import change_keys, replace_file, tables_of, written
from crawler.read import header, read
from portal import site_of

PORTAL = "case"
PAGE, FACTS, EXPECTED = "page.html", "case.toml", "expected.json"
PASSING = ("url", "final_url", "captured_at", "status", "portal", "rules")  # never expected
_KEYS = frozenset(
    (
        "url", "at", "family", "zone", "home", "status", "expected", "headers", "note",
        "accepted_by", "accepted_on", "portal",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A saved page with its facts."""

    folder: Path
    capture: Capture
    portal: PortalConfig
    hoped_for: PageKind
    facts: dict[str, Any]  # `case.toml` as written


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field of which another value was expected."""

    field: str
    expected: Any  # None too when nothing was expected
    found: Any


def cases_in(folder: Path) -> tuple[Path, ...]:
    """The case folders at or below this one, in the order of their names; there is one at least."""
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder; `khotin case add` makes a case")
    found = tuple(sorted(each.parent for each in folder.rglob(FACTS)))
    if not found:
        raise ConfigError(f"{folder}: no case in it; `khotin case add` makes one")
    return found


def load_case(folder: Path) -> Case:
    """A case out of its folder. Raises `ConfigError` that names the file and the key."""
    where = folder / FACTS
    try:
        facts = tables_of(where)
        body = (folder / PAGE).read_bytes()
    except FileNotFoundError as error:
        raise ConfigError(
            f"{error.filename}: no such file; `khotin case add` makes a case"
        ) from error
    except OSError as error:
        raise ConfigError(f"{error.filename}: cannot be read: {error.strerror}") from error
    try:
        return _case(folder, facts, body)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from error


def _case(folder: Path, facts: dict[str, Any], body: bytes) -> Case:
    for key in facts:
        if key not in _KEYS:
            raise ConfigError(f"unknown key {named(key)}; allowed here: {', '.join(sorted(_KEYS))}")
    if "url" not in facts or "at" not in facts:
        raise ConfigError("a case needs url and at")
    portal = _portal(facts)
    zone = site_of(PORTAL, portal).zone
    at, status = facts["at"], facts.get("status", 200)
    printed = at.isoformat() if isinstance(at, date) else str(at)
    if type(status) is not int or not 100 <= status <= 599:
        raise ConfigError(f"status = {shown(status)}: allowed is a status of HTTP, such as 200")
    capture = Capture(
        url=facts["url"],
        captured_at=instant_of(printed, zone, "at"),
        status=status,
        reason="",
        http_version="1.1",
        headers=_headers(facts),
        request_headers=(),
        payload=body,
        body=body,
        quality=Quality.OK,
    )
    return Case(
        folder=folder, capture=capture, portal=portal, hoped_for=_hoped_for(facts), facts=facts
    )


def record_of(case: Case) -> JsonDict:
    """What the rules of today see in the page, less what every reading has anew."""
    reading = read(case.capture, site_of(PORTAL, case.portal), case.hoped_for)
    record = reading_to_json(
        reading, portal=PORTAL, url=case.capture.url, status=case.capture.status
    )
    return {key: value for key, value in record.items() if key not in PASSING}


def expected_of(folder: Path) -> JsonDict | None:
    """The record that a person accepted; None when nobody did yet."""
    path = folder / EXPECTED
    try:
        record = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: cannot be read: nested too deep") from error
    if not isinstance(record, dict):
        raise ConfigError(f"{path}: allowed is one JSON object")
    return record


def fields_of(record: JsonDict) -> dict[str, Any]:
    """The record's fields with their values: `title` of the article is `article.title`."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if key in ("article", "links", "provenance") and isinstance(value, dict):
            flat |= {f"{key}.{name}": part for name, part in value.items()}
        else:
            flat[key] = value
    return flat


def differences(expected: JsonDict, found: JsonDict) -> Iterator[Difference]:
    """The fields in which two records differ, in the order of the record."""
    wanted, seen = fields_of(expected), fields_of(found)
    for field in dict.fromkeys((*seen, *wanted)):
        if wanted.get(field) != seen.get(field):
            yield Difference(field=field, expected=wanted.get(field), found=seen.get(field))


def add_case(
    folder: Path, capture: Capture, portal_id: str, portal: PortalConfig, note: str
) -> Case:
    """Save a page as a case that nobody has accepted yet. The folder must not be there.

    What the portal's own section says of layouts and URLs is saved with it.
    """
    if folder.exists():
        raise ConfigError(f"{folder}: is there already; name a new folder")
    path = portal.front if portal.front and portal.front.startswith("/") else "/"
    facts: dict[str, Any] = {
        "url": capture.url,
        "at": instant(capture.captured_at),
        "family": portal.family,
        "zone": portal.zone,
        "home": portal.home.rstrip("/") + path,
        "status": capture.status,
        "expected": PageKind.OTHER.value,
        "headers": _kept_headers(capture),
        "note": tidy(note),
    }
    own = _own_rules(portal_id, portal)
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be made: {error.strerror}") from error
    try:
        (folder / PAGE).write_bytes(capture.body)
        (folder / FACTS).write_text(written(facts | ({"portal": own} if own else {})), "utf-8")
        return load_case(folder)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise ConfigError(f"{folder}: cannot be written: {error.strerror}") from error
    except ConfigError:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def check_fields(fields: tuple[str, ...], expected: JsonDict | None, found: JsonDict) -> None:
    """Raise `ConfigError` for a field that cannot be accepted by itself."""
    names = fields_of(found) | fields_of(expected or {})
    for field in fields:
        if field not in names:
            raise ConfigError(f"--field {field!r}: allowed is one of: {', '.join(sorted(names))}")
    if fields and expected is None:
        raise ConfigError("--field: nothing is accepted yet; accept the whole record first")


def accept(case: Case, fields: tuple[str, ...], by: str, on: date) -> JsonDict:
    """Make what is read today the expectation, of all fields or of some; returns it.

    `by` is the person who looked at it. Raises `ConfigError` for a field the record has not.
    """
    found, expected = record_of(case), expected_of(case.folder)
    check_fields(fields, expected, found)
    record = found if expected is None or not fields else _merged(expected, found, fields)
    change_keys(case.folder / FACTS, {"accepted_by": by, "accepted_on": on})
    path = case.folder / EXPECTED
    try:
        replace_file(path, json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error
    return record


def _merged(expected: JsonDict, found: JsonDict, fields: tuple[str, ...]) -> JsonDict:
    """What was expected, but for these fields, which are as found."""
    merged: JsonDict = json.loads(json.dumps(expected))
    seen = fields_of(found)
    for field in fields:
        outer, _, inner = field.partition(".")
        if inner:
            merged[outer] = (merged.get(outer) or {}) | {inner: seen.get(field)}
        else:
            merged[field] = found.get(field)
    return merged


def _own_rules(portal_id: str, portal: PortalConfig) -> dict[str, Any]:
    """What a case needs of the portal's section; layouts keep the names they have there."""
    own: dict[str, Any] = portal.model_dump(include={"layouts", "urls"}, exclude_defaults=True)
    for number, layout in enumerate(own.get("layouts", ()), start=1):
        layout.setdefault("id", f"{portal_id}/{number}")
    return own | ({"other_hosts": list(portal.other_hosts)} if portal.other_hosts else {})


def _portal(facts: dict[str, Any]) -> PortalConfig:
    """The portal's section as the case has it: its host is that of the page and of the home."""
    page, home = _address(facts, "url"), _address(facts, "home" if "home" in facts else "url")
    own = facts.get("portal", {})
    if not isinstance(own, dict):
        raise ConfigError(f"portal = {shown(own)}: allowed is a table")
    section: dict[str, Any] = {
        "host": home.hostname,
        "scheme": home.protocol.rstrip(":"),
        "family": facts.get("family", AUTO),
    }
    if "zone" in facts:
        section["zone"] = facts["zone"]
    if "home" in facts:
        section["front"] = home.pathname + home.search
    section |= own
    others = section.get("other_hosts", [])
    if isinstance(others, list) and page.hostname not in (section["host"], *others):
        section["other_hosts"] = [*others, page.hostname]
    try:
        portal = parse({"portals": {PORTAL: section}}).portals[PORTAL]
        site_of(PORTAL, portal)
    except ConfigError as error:
        raise ConfigError(
            re.sub(
                rf"portals\.{PORTAL}\.(\w+)",
                lambda key: f"portal.{key[1]}" if key[1] in own else key[1],
                str(error),
            )
        ) from error
    return portal


def _address(facts: dict[str, Any], key: str) -> ada_url.URL:
    written = facts[key]
    with suppress(ValueError):
        if isinstance(written, str):
            url = ada_url.URL(written)
            if url.protocol in ("http:", "https:"):
                return url
    raise ConfigError(f"{key} = {shown(written)}: allowed is http:// or https://")


def _hoped_for(facts: dict[str, Any]) -> PageKind:
    wanted = facts.get("expected", PageKind.OTHER.value)
    for kind in PageKind:
        if kind.value == wanted:
            return kind
    allowed = ", ".join(kind.value for kind in PageKind)
    raise ConfigError(f"expected = {shown(wanted)}: allowed is one of: {allowed}")


def _headers(facts: dict[str, Any]) -> tuple[tuple[bytes, bytes], ...]:
    headers = facts.get("headers", [["Content-Type", "text/html"]])
    are_pairs = isinstance(headers, list) and all(
        isinstance(each, list) and len(each) == 2 and all(isinstance(one, str) for one in each)
        for each in headers
    )
    if not are_pairs:
        raise ConfigError(
            f"headers = {shown(headers)}: allowed are pairs, such as "
            '[["Content-Type", "text/html"]]'
        )
    return tuple((name.encode(), value.encode()) for name, value in headers)


def _kept_headers(capture: Capture) -> list[list[str]]:
    """Of the answer's headers what reading asks for: cookies and the rest are nobody's business."""
    content_type = header(capture, b"content-type")
    return [["Content-Type", content_type]] if content_type is not None else []
