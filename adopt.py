"""What a process left that died between keeping bytes and writing their rows.

Its captures are read with their original times and recorded in order, before anything new is
asked: *reread*'s way in, at the step *read*.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import ada_url

from core.config import Config, PortalConfig
from core.errors import StorageError
from core.records import Capture, KeyState, PageKind, Quality, Reading, Target, Visit
from crawler.decode import inflate
from crawler.layout import Site
from crawler.politeness import after_answer
from crawler.read import header
from crawler.whole import read_whole
from follow import Met, Path, leads_of
from pipeline import gone_rule, log
from portal import site_of
from storage.archive import Archive
from storage.frontier import Walk, key_of, state_of
from storage.keep import place_of
from storage.leads import NO_LEADS, Leads
from storage.portals import family_seen
from storage.record import VisitRecord
from storage.warc import KeptCapture, Place, StoredVisit, read_capture

MAX_BODY_BYTES = 1 << 30  # the fetching limits held already when these bytes were taken
MAX_RATIO = 1e9


def adopt_orphans(config: Config, archive: Archive) -> int:
    """Give rows to visits whose bytes were kept by a process that died before writing them.

    They are read with their original times and recorded in order, before anything new is asked.
    Returns how many there were.
    """
    count = 0
    waiting: set[str] = set()  # files with visits to portals that another config may know
    passed: dict[str, Place] = {}
    for stored in archive.orphans():
        passed |= {kept.place.record_id: kept.place for kept in stored.captures}
        if stored.id is None:
            stored = _finished(config, stored)
        visit = _visit_again(archive, stored, passed)
        if visit is None or visit.target.portal not in config.portals:
            log.warning("%s", _left(stored))
            if visit is not None and stored.place is not None:
                waiting.add(stored.place.file)
            continue
        portal_config = config.portals[visit.target.portal]
        seen = archive.run(partial(family_seen, portal_id=visit.target.portal)).result()
        site = site_of(visit.target.portal, portal_config, seen)
        last = visit.last
        is_page = last is not None and visit.failure is None and last.status != 304
        reading = None
        if last is not None and is_page and visit.target.kind is not PageKind.ROBOTS:
            reading = _read(last, site, visit.target.kind)
        key = archive.run(partial(key_of, portal=visit.target.portal)).result()
        record = VisitRecord(
            visit=visit,
            reading=reading,
            key=key or "",
            key_state=_key_state(archive, key, visit, portal_config),
            gone_rule=gone_rule(portal_config),
            retry_at=None,
            leads=_leads(site, portal_config, visit, reading) if key is not None else NO_LEADS,
        )
        places = [kept.place for kept in stored.captures]
        archive.adopt(record, (*places, stored.place or places[-1])).result()
        count += 1
    archive.adopted(waiting=waiting)
    return count


def _key_state(archive: Archive, key: str | None, visit: Visit, config: PortalConfig) -> KeyState:
    """What the key is to remember of the visit; it is never asked sooner than it was to be."""
    state = archive.run(lambda connection: state_of(connection, key or "")).result()
    if state is None:
        return KeyState(next_slot_at=visit.started_at)
    at = visit.last.captured_at if visit.last is not None else visit.started_at
    delay_s = config.delay.total_seconds()
    after = after_answer(state, visit, delay_s=delay_s, now=at, jitter=0.0)
    ends = [each for each in (state.blocked_until, after.blocked_until) if each is not None]
    return replace(
        after,
        next_slot_at=max(state.next_slot_at, after.next_slot_at),
        blocked_until=max(ends, default=None),
        reason=after.reason or state.reason,
    )


def _leads(site: Site, config: PortalConfig, visit: Visit, reading: Reading | None) -> Leads:
    """Where the visit leads; what lies on other hosts is found again by the next visit."""
    if not config.follow:
        return NO_LEADS
    own = replace(reading, requisites=()) if reading is not None else None
    return leads_of(Path(site=site, config=config, walk=Walk(), keys={}, met=Met()), visit, own)


def _read(capture: Capture, site: Site, expected: PageKind) -> Reading:
    """Read as the dead process did; a page that ended it must not end this one at every start."""
    return asyncio.run(read_whole(capture, site, expected))


def _left(stored: StoredVisit) -> str:
    """Why a stored visit stays without rows; its bytes are kept all the same."""
    if stored.portal is not None:
        return f"visit {stored.id}: its portal {stored.portal!r} is not in the config; bytes kept"
    return f"{len(stored.captures)} captures of a host that is not in the config; bytes kept"


def _finished(config: Config, stored: StoredVisit) -> StoredVisit:
    """A visit whose own record was torn off, as far as its captures tell.

    The host names the portal; the id comes from the first record, so that it is the same at every
    start. What was expected of it is not known any more.
    """
    if not stored.captures:
        return stored
    first = stored.captures[0]
    host = ada_url.URL(first.capture.url).hostname
    portal = next((name for name, each in config.portals.items() if host in each.hosts), None)
    return replace(
        stored,
        id=first.place.record_id.rpartition(":")[2].replace("-", ""),
        portal=portal,
        target_url=first.capture.url,
        started_at=first.capture.captured_at,
    )


def _visit_again(
    archive: Archive, stored: StoredVisit, passed: Mapping[str, Place]
) -> Visit | None:
    """The visit that a stored one was; None when too little of it was written to say."""
    if stored.id is None or stored.portal is None or stored.started_at is None:
        return None
    target = Target(
        portal=stored.portal,
        url=stored.target_url or "",
        kind=stored.kind or PageKind.OTHER,
        cycle_at=stored.cycle_at or stored.started_at,
        page_no=stored.page_no or 1,
    )
    return Visit(
        id=stored.id,
        target=target,
        started_at=stored.started_at,
        captures=tuple(_capture_again(archive, kept, passed) for kept in stored.captures),
        failure=stored.failure,
    )


def _capture_again(archive: Archive, kept: KeptCapture, passed: Mapping[str, Place]) -> Capture:
    """The capture that a stored one was; a revisit takes its payload from its original.

    What the fetcher would not unpack is not unpacked here either.
    """
    found = kept.capture
    payload = found.payload
    if payload is None:
        payload = _original_payload(archive, kept, passed)
    capture = Capture(
        url=found.url,
        captured_at=found.captured_at,
        status=found.status,
        reason=found.reason,
        http_version=found.http_version,
        headers=found.headers,
        request_headers=kept.request_headers,
        payload=payload,
        body=b"",
        quality=kept.quality or Quality.OK,
        truncated=found.truncated,
        ip=found.ip,
        duration_ms=kept.duration_ms or 0,
        tls_error=kept.tls_error,
    )
    if capture.quality in (Quality.TOO_LARGE, Quality.UNDECODABLE):
        return capture
    inflated = inflate(
        payload,
        header(capture, b"content-encoding") or "",
        max_bytes=MAX_BODY_BYTES,
        max_ratio=MAX_RATIO,
    )
    return replace(capture, body=inflated.body)


def _original_payload(archive: Archive, kept: KeptCapture, passed: Mapping[str, Place]) -> bytes:
    """The bytes of the record that this one repeats: one with a row, or an orphan before it."""
    original = kept.capture.original
    record_id = original.record_id if original else ""
    place = archive.run(lambda connection: place_of(connection, record_id)).result()
    place = place or passed.get(record_id)
    if place is None:
        raise StorageError(
            f"{kept.place.file} @ {kept.place.offset}: the record it repeats ({record_id}) is "
            "not in this archive",
            path=str(archive.warc_folder / kept.place.file),
        )
    return read_capture(archive.warc_folder, place).payload or b""
