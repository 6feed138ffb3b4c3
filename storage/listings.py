"""Does a listing bring news? Then its next page is worth asking for."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from core.records import Target
from storage.statements import find_first
from storage.tables import frontier, placement_runs, placements


def brings_news(
    connection: Connection, target: Target, url: str, article_ids: Collection[int]
) -> bool:
    """Whether an article stands there that did not before; asked before this look is recorded.

    A first page is judged by itself: what another listing, an adopted capture or a related list
    told of first is news here all the same. Later pages only push on what stood before them, so
    there news is what stood nowhere before this cycle.
    """
    placed = (
        select(placements.c.article_id)
        .join(placement_runs, placement_runs.c.id == placements.c.run_id)
        .where(
            placement_runs.c.portal == target.portal,
            placements.c.article_id.in_(list(article_ids)),
            placement_runs.c.url == url
            if target.page_no == 1
            else placement_runs.c.first_seen_at < target.cycle_at,
        )
        .distinct()
    )
    return set(article_ids) > set(connection.execute(placed).scalars())


def is_repeated(connection: Connection, target: Target) -> bool:
    """Whether this page of a listing shows nothing but what the page that named it shows."""
    if target.page_no == 1:
        return False
    row = find_first(connection, frontier, {"id": target.id})
    if row is None or row.found_on is None:
        return False
    here = _shown_at(connection, target.portal, target.url)
    return here <= _shown_at(connection, target.portal, row.found_on)


def _shown_at(connection: Connection, portal: str, url: str) -> set[int]:
    """The articles that stood on that page when it was last seen."""
    newest = (
        select(placement_runs.c.id)
        .where(placement_runs.c.portal == portal, placement_runs.c.url == url)
        .order_by(placement_runs.c.last_seen_at.desc(), placement_runs.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = select(placements.c.article_id).where(placements.c.run_id == newest)
    return set(connection.execute(found).scalars())
