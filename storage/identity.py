"""Which article a page is: by the portal's own id, else by the URL it stands at.

Rows of `articles` and `article_urls` are written here alone. Runs in the writer's transaction.
"""

from typing import Any

from sqlalchemy import Connection, bindparam, select

from core.records import Article, Placement
from storage.keep import Kept
from storage.statements import Prepared, Row, add, add_for_id, change, find_all, find_first
from storage.tables import article_urls, articles
from storage.versions import State

_BY_URL = Prepared(
    select(articles)
    .join(article_urls, article_urls.c.article_id == articles.c.id)
    .where(
        article_urls.c.portal == bindparam("at_portal"),
        article_urls.c.url == bindparam("at_url"),
        article_urls.c.superseded_at.is_(None),
    )
    .order_by(article_urls.c.last_seen_at.desc())
    .limit(1)
)


def find_article(
    connection: Connection, portal: str, native_id: str | None, url: str
) -> Row | None:
    """The article with the portal's own id, else the one this URL belongs to now."""
    if native_id is not None:
        by_id = find_first(connection, articles, {"portal": portal, "native_id": native_id})
        if by_id is not None:
            return by_id
    found = _BY_URL.rows(connection, {"at_portal": portal, "at_url": url})
    row = found[0] if found else None
    if row is not None and native_id is not None and row.native_id not in (None, native_id):
        return None  # the URL is used for another article now
    return row


def others_at(connection: Connection, portal: str, url: str, article_id: int) -> list[int]:
    """Articles that stood at this URL before it was used for this one."""
    where = {"portal": portal, "url": url, "superseded_at": None}
    found = find_all(connection, article_urls, where)
    return [row.article_id for row in found if row.article_id != article_id]


def meet(connection: Connection, kept: Kept, found: Article | Placement) -> Row:
    """The article that a page or a listing's item is.

    One not met before begins as *listed*: known, but never read.
    """
    portal = kept.visit.target.portal
    row = find_article(connection, portal, found.native_id, found.url)
    if row is not None:
        return row
    assert kept.visit.last is not None
    fresh = {
        "portal": portal,
        "native_id": found.native_id,
        "url": found.url,
        "title": found.title,
        "state": State.LISTED.value,
        "published_at": found.published.at if found.published else None,
        "first_seen_at": kept.visit.last.captured_at,
    }
    row = find_first(connection, articles, {"id": add_for_id(connection, articles, fresh)})
    assert row is not None
    return row


def add_listed(connection: Connection, kept: Kept, item: Placement) -> int:
    """The article a listing's item names, known to stand at the item's URL."""
    article_id: int = meet(connection, kept, item).id
    touch_url(connection, kept, article_id, item.url, section=None)
    return article_id


def touch_url(
    connection: Connection, kept: Kept, article_id: int, url: str, section: str | None
) -> None:
    """Note that the URL belongs to the article, and the section it shows when it was read."""
    assert kept.visit.last is not None
    seen_at = kept.visit.last.captured_at
    values: dict[str, Any] = {"last_seen_at": seen_at}
    if section is not None:
        values["section"] = section
    here = {"article_id": article_id, "url": url, "superseded_at": None}
    if change(connection, article_urls, here, values) == 0:
        row = {
            "article_id": article_id,
            "portal": kept.visit.target.portal,
            "url": url,
            "section": section,
            "first_seen_at": seen_at,
            "last_seen_at": seen_at,
            "recorded_at": kept.now,
        }
        add(connection, article_urls, row)
