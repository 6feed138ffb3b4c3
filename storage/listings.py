"""Does a listing bring news? Then its next page is worth asking for."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from core.records import Target
from storage.tables import placement_runs, placements


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
