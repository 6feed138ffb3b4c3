"""Records as JSON and back: the names that `--json`, the API and the exports carry.

The names are fixed (add fields freely, rename none). Instants are ISO 8601 in UTC with `Z`, absent
is `null`. What reads differently for people is shown elsewhere.
"""

from datetime import UTC, date, datetime
from typing import Any

from core.records import (
    Article,
    Attachment,
    Block,
    BlockKind,
    Count,
    Credit,
    Document,
    Image,
    LinkBlock,
    Links,
    Placement,
    Poll,
    Precision,
    Reading,
    Requisite,
    SitemapEntry,
    Visitors,
    WeatherObservation,
    When,
)

JsonDict = dict[str, Any]


def instant(value: datetime | None) -> str | None:
    """`2023-05-16T08:20:00Z`; fractions of a second only when there are some."""
    if value is None:
        return None
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _instant_back(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def article_to_json(article: Article) -> JsonDict:
    """An article with all its fields; `text` is derived from the blocks."""
    published, updated = article.published, article.updated
    return {
        "native_id": article.native_id,
        "url": article.url,
        "title": article.title,
        "lead": article.lead,
        "text": article.text,
        "blocks": [
            {"kind": block.kind.value, "text": block.text}
            | ({"url": block.url} if block.url is not None else {})
            for block in article.blocks
        ],
        "images": [
            {"url": image.url, "caption": image.caption, "credit": image.credit}
            for image in article.images
        ],
        "attachments": [
            {"url": file.url, "name": file.name, "media_type": file.media_type}
            for file in article.attachments
        ],
        "authors": list(article.authors),
        "credits": [{"role": credit.role, "name": credit.name} for credit in article.credits],
        "section": article.section,
        "breadcrumb": list(article.breadcrumb),
        "tags": list(article.tags),
        "language": article.language,
        "published_at": instant(published.at) if published else None,
        "published_on": published.on.isoformat() if published else None,
        "published_precision": published.precision.value if published else None,
        "published_text": published.text if published else None,
        "updated_at": instant(updated.at) if updated else None,
        "updated_text": updated.text if updated else None,
    }


def article_from_json(data: JsonDict) -> Article:
    """The article that `article_to_json` was given; its update time keeps the instant only."""
    published = None
    if data["published_at"] is not None:
        published = When(
            at=datetime.fromisoformat(data["published_at"]),
            precision=Precision(data["published_precision"]),
            text=data["published_text"],
            on=date.fromisoformat(data["published_on"]),
        )
    updated_at = _instant_back(data["updated_at"])
    return Article(
        native_id=data["native_id"],
        url=data["url"],
        title=data["title"],
        lead=data["lead"],
        blocks=tuple(
            Block(kind=BlockKind(block["kind"]), text=block["text"], url=block.get("url"))
            for block in data["blocks"]
        ),
        images=tuple(Image(**image) for image in data["images"]),
        attachments=tuple(Attachment(**file) for file in data["attachments"]),
        authors=tuple(data["authors"]),
        credits=tuple(Credit(**credit) for credit in data.get("credits", ())),
        section=data["section"],
        breadcrumb=tuple(data["breadcrumb"]),
        tags=tuple(data["tags"]),
        language=data["language"],
        published=published,
        updated=When(
            at=updated_at,
            precision=Precision.MINUTE,
            text=data.get("updated_text") or "",
            on=updated_at.date(),
        )
        if updated_at
        else None,
    )


def count_to_json(count: Count | None) -> JsonDict | None:
    """A counter: its number and the text it was read from."""
    return None if count is None else {"count": count.count, "text": count.text}


def weather_to_json(weather: WeatherObservation) -> JsonDict:
    """One place of a weather block."""
    return {
        "place": weather.place,
        "is_filled": weather.is_filled,
        "temperature_c": weather.temperature_c,
        "low_c": weather.low_c,
        "high_c": weather.high_c,
        "humidity_pct": weather.humidity_pct,
        "wind_kmh": weather.wind_kmh,
        "condition": weather.condition,
        "valid_on": weather.valid_on.isoformat() if weather.valid_on else None,
        "text": weather.text,
    }


def poll_to_json(poll: Poll) -> JsonDict:
    """A poll, its form or its result."""
    return {
        "native_id": poll.native_id,
        "title": poll.title,
        "question": poll.question,
        "options": [
            {
                "text": option.text,
                "votes_count": option.votes_count,
                "share_pct": option.share_pct,
            }
            for option in poll.options
        ],
        "total_count": poll.total_count,
        "is_open": poll.is_open,
    }


def visitors_to_json(visitors: Visitors | None) -> JsonDict | None:
    """A portal's own counters of visitors."""
    if visitors is None:
        return None
    return {
        "online_count": visitors.online_count,
        "today_count": visitors.today_count,
        "total_count": visitors.total_count,
        "text": visitors.text,
    }


def link_block_to_json(block: LinkBlock) -> JsonDict:
    """A block of links beside the content."""
    links = [{"text": link.text, "url": link.url} for link in block.links]
    return {"title": block.title, "links": links}


def placement_to_json(placement: Placement) -> JsonDict:
    """One item of a listing."""
    published = placement.published
    return {
        "position": placement.position,
        "native_id": placement.native_id,
        "url": placement.url,
        "title": placement.title,
        "summary": placement.summary,
        "image_url": placement.image_url,
        "published_at": instant(published.at) if published else None,
        "published_precision": published.precision.value if published else None,
        "published_text": published.text if published else None,
        "view_count": count_to_json(placement.view_count),
    }


def links_to_json(links: Links) -> JsonDict:
    """Where a page leads."""
    return {
        "articles": list(links.articles),
        "listings": list(links.listings),
        "feeds": list(links.feeds),
        "related": list(links.related),
        "polls": list(links.polls),
        "next": links.next,
        "canonical": links.canonical,
    }


def sitemap_entry_to_json(entry: SitemapEntry) -> JsonDict:
    """One line of a sitemap."""
    return {
        "url": entry.url,
        "is_sitemap": entry.is_sitemap,
        "modified_at": instant(entry.modified_at),
        "title": entry.title,
    }


def requisite_to_json(requisite: Requisite) -> JsonDict:
    """What a page needs to be shown, or a file that belongs to it."""
    return {"url": requisite.url, "kind": requisite.kind.value}


def document_to_json(document: Document | None) -> JsonDict | None:
    """The text of a file that is no page."""
    if document is None:
        return None
    return {
        "media_type": document.media_type,
        "pages_count": document.pages_count,
        "text": document.text,
    }


def reading_to_json(reading: Reading, *, portal: str, url: str, status: int | None) -> JsonDict:
    """A reading as `khotin read --json` prints it. `url` is what was asked for first.

    `status` is None for a page out of a file.
    """
    return {
        "url": url,
        "final_url": reading.url,
        "captured_at": instant(reading.captured_at),
        "status": status,
        "quality": reading.quality.value,
        "reason": reading.reason,
        "kind": reading.kind.value,
        "portal": portal,
        "family": reading.family,
        "layout": reading.layout,
        "rules": reading.rules,
        "article": article_to_json(reading.article) if reading.article else None,
        "view_count": count_to_json(reading.view_count),
        "comment_count": count_to_json(reading.comment_count),
        "weather": [weather_to_json(place) for place in reading.weather],
        "polls": [poll_to_json(poll) for poll in reading.polls],
        "visitors": visitors_to_json(reading.visitors),
        "link_blocks": [link_block_to_json(block) for block in reading.link_blocks],
        "placements": [placement_to_json(item) for item in reading.placements],
        "links": links_to_json(reading.links),
        "requisites": [requisite_to_json(each) for each in reading.requisites],
        "sitemap": [sitemap_entry_to_json(entry) for entry in reading.sitemap],
        "document": document_to_json(reading.document),
        "provenance": {
            field: {"candidate": found.candidate, "selector": found.selector}
            for field, found in reading.provenance
        },
        "refusals": [
            {"field": refusal.field, "text": refusal.text, "reason": refusal.reason}
            for refusal in reading.refusals
        ],
    }
