"""The sections an article stands in: a dated set; entering or leaving one is the change *moved*.

Runs in the writer's transaction.
"""

from sqlalchemy import Connection

from storage.changes import add_change
from storage.frontier import make_due
from storage.keep import Kept
from storage.presence import last_proofs
from storage.statements import add, change, find_all, find_first
from storage.tables import article_sections, article_urls, versions
from storage.versions import UrlEvidence, sections_now


def settle_sections(
    connection: Connection, kept: Kept, article_id: int, gone_checks: int
) -> list[str]:
    """Compare the sections seen with the sections known, once all live URLs were asked.

    URLs that must be asked first become due in this cycle. Returns the kinds of change made.
    """
    cycle_at = kept.visit.target.cycle_at
    seen = sections_now(_evidence(connection, article_id, cycle_at, gone_checks))
    where = {"article_id": article_id, "left_at": None, "superseded_at": None}
    known = {row.section for row in find_all(connection, article_sections, where)}
    if not seen.names or seen.names == known:
        return []
    if known and seen.unchecked:
        make_due(connection, kept.visit.target.portal, seen.unchecked, cycle_at)
        return []
    return _move(connection, kept, article_id, entered=seen.names - known, left=known - seen.names)


def _evidence(
    connection: Connection, article_id: int, cycle_at: object, gone_checks: int
) -> list[UrlEvidence]:
    proofs = last_proofs(connection, article_id)
    rows = find_all(connection, article_urls, {"article_id": article_id, "superseded_at": None})
    evidence = []
    for row in rows:
        proof = proofs.get(row.url)
        evidence.append(
            UrlEvidence(
                url=row.url,
                section=row.section,
                state=proof.state if proof else None,
                is_absent_for_sure=bool(proof and proof.is_absent_for_sure(gone_checks)),
                is_checked=row.checked_cycle_at == cycle_at,
            )
        )
    return evidence


def _move(
    connection: Connection,
    kept: Kept,
    article_id: int,
    *,
    entered: frozenset[str] | set[str],
    left: frozenset[str] | set[str],
) -> list[str]:
    assert kept.visit.last is not None
    at = kept.visit.last.captured_at
    is_first_look = _is_first_cycle(connection, kept, article_id)
    for section in sorted(left):
        where = {"article_id": article_id, "section": section, "left_at": None}
        gone = {"left_at": at, "last_capture_id": kept.capture_id}
        change(connection, article_sections, where, gone)
    for section in sorted(entered):
        row = {
            "article_id": article_id,
            "section": section,
            "entered_at": at,
            "first_capture_id": kept.capture_id,
            "recorded_at": kept.now,
        }
        add(connection, article_sections, row)
    if is_first_look:
        return []  # learning where a new article stands is no move
    detail = {"entered": sorted(entered), "left": sorted(left)}
    add_change(connection, kept, article_id, "moved", {"fields": ["section"], "detail": detail})
    return ["moved"]


def _is_first_cycle(connection: Connection, kept: Kept, article_id: int) -> bool:
    """True while the article is met for the first time: its first version is of this cycle."""
    first = find_first(connection, versions, {"article_id": article_id}, ("version_no",))
    return first is None or first.first_seen_at >= kept.visit.target.cycle_at
