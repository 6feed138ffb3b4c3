"""Recorded cases: a saved page, where and when it came from, and the record expected of it.

A case is a folder with `page.html` (the bytes), `case.toml` (the facts) and `expected.json` (the
record). The expectation is a person's: it is written by `accept`, with a name, never by a test.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import ada_url

from core.config import AUTO, PortalConfig, parse
from core.errors import ConfigError
from core.jsonform import JsonDict, instant, reading_to_json
from core.records import Capture, PageKind, Quality
from core.times import instant_of
from core.tomlfile import change_keys, tables_of, written
from crawler.read import header, read
from pipeline import site_of

PORTAL = "case"
PAGE, FACTS, EXPECTED = "page.html", "case.toml", "expected.json"
PASSING = ("url", "final_url", "captured_at", "status", "portal", "rules")  # never expected
_ALLOWED = frozenset(
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
    """The case folders at or below this one, in the order of their names."""
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder; `khotin case add` makes a case")
    return tuple(sorted(each.parent for each in folder.rglob(FACTS)))


def load_case(folder: Path) -> Case:
    """A case out of its folder. Raises `ConfigError` that names the file and the key."""
    where = folder / FACTS
    try:
        facts = tables_of(where)
    except FileNotFoundError as error:
        raise ConfigError(f"{where}: no such file; `khotin case add` makes a case") from error
    for key in facts:
        if key not in _ALLOWED:
            raise ConfigError(f"{where}: unknown key {key}; allowed: {', '.join(sorted(_ALLOWED))}")
    if not isinstance(facts.get("url"), str) or "at" not in facts:
        raise ConfigError(f"{where}: a case needs url and at")
    try:
        body = (folder / PAGE).read_bytes()
        portal = _portal(facts)
        zone = site_of(PORTAL, portal).zone
        at = facts["at"]
        captured_at = at if isinstance(at, datetime) else instant_of(str(at), zone, "at")
        hoped_for = PageKind(facts.get("expected", "other"))
    except OSError as error:
        raise ConfigError(f"{error.filename}: cannot be read: {error.strerror}") from error
    except (ConfigError, ValueError) as error:
        raise ConfigError(f"{where}: {error}") from error
    capture = Capture(
        url=facts["url"],
        captured_at=captured_at,
        status=int(facts.get("status", 200)),
        reason="",
        http_version="1.1",
        headers=tuple((name.encode(), value.encode()) for name, value in _headers(facts)),
        request_headers=(),
        payload=body,
        body=body,
        quality=Quality.OK,
    )
    return Case(folder=folder, capture=capture, portal=portal, hoped_for=hoped_for, facts=facts)


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


def add_case(folder: Path, capture: Capture, portal: PortalConfig, note: str) -> Case:
    """Save a page as a case that nobody has accepted yet. The folder must not be there."""
    if folder.exists():
        raise ConfigError(f"{folder}: is there already; name a new folder")
    facts: dict[str, Any] = {
        "url": capture.url,
        "at": instant(capture.captured_at),
        "family": portal.family,
        "zone": portal.zone,
        "home": portal.home.rstrip("/") + (portal.front or "/"),
        "status": capture.status,
        "expected": "other",
        "headers": _kept_headers(capture),
        "note": note,
    }
    own = portal.model_dump(mode="json", include={"layouts", "urls"}, exclude_defaults=True)
    try:
        folder.mkdir(parents=True)
        (folder / PAGE).write_bytes(capture.body)
        (folder / FACTS).write_text(written(facts | ({"portal": own} if own else {})), "utf-8")
        return load_case(folder)
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be written: {error.strerror}") from error
    except ConfigError:
        shutil.rmtree(folder)
        raise


def accept(case: Case, fields: tuple[str, ...], by: str, on: date) -> JsonDict:
    """Make what is read today the expectation, of all fields or of some; returns it.

    `by` is the person who looked at it. Raises `ConfigError` for a field the record has not.
    """
    found, expected = record_of(case), expected_of(case.folder)
    names = fields_of(found) | fields_of(expected or {})
    for field in fields:
        if field not in names:
            raise ConfigError(f"--field {field!r}: allowed is one of: {', '.join(sorted(names))}")
    if fields and expected is None:
        raise ConfigError(f"{case.folder}: nothing is accepted yet; accept the whole record first")
    record = found if not fields else _merged(expected or {}, found, fields)
    text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
    (case.folder / EXPECTED).write_text(text, "utf-8")
    change_keys(case.folder / FACTS, {"accepted_by": by, "accepted_on": on})
    return record


def _merged(expected: JsonDict, found: JsonDict, fields: tuple[str, ...]) -> JsonDict:
    merged: JsonDict = json.loads(json.dumps(expected))
    for field in fields:
        outer, _, inner = field.partition(".")
        if inner and isinstance(found.get(outer), dict):
            merged[outer] = (merged.get(outer) or {}) | {inner: found[outer].get(inner)}
        else:
            merged[outer] = found.get(outer)
    return merged


def _portal(facts: dict[str, Any]) -> PortalConfig:
    """The portal's section as the case has it: its host is that of the page and of the home."""
    home = ada_url.URL(facts.get("home", facts["url"]))
    page = ada_url.URL(facts["url"])
    section: dict[str, Any] = {
        "host": home.hostname,
        "scheme": home.protocol.rstrip(":"),
        "family": facts.get("family", AUTO),
    }
    if "zone" in facts:
        section["zone"] = facts["zone"]
    if "home" in facts:
        section["front"] = home.pathname
    if page.hostname != home.hostname:
        section["other_hosts"] = [page.hostname]
    return parse({"portals": {PORTAL: section | facts.get("portal", {})}}).portals[PORTAL]


def _headers(facts: dict[str, Any]) -> list[list[str]]:
    headers = facts.get("headers", [["Content-Type", "text/html"]])
    if not all(isinstance(each, list) and len(each) == 2 for each in headers):
        raise ConfigError('headers: allowed are pairs, such as [["Content-Type", "text/html"]]')
    return [[str(name), str(value)] for name, value in headers]


def _kept_headers(capture: Capture) -> list[list[str]]:
    """Of the answer's headers what reading asks for: cookies and the rest are nobody's business."""
    content_type = header(capture, b"content-type")
    return [["Content-Type", content_type]] if content_type is not None else []
