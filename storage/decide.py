"""What one visit means, step by step, inside the writer's transaction.

The order: keep the rows of the answer, take the steps of the article and its presence, add
observations, put found links into the frontier, say when the target is due again.
"""

from datetime import datetime

from sqlalchemy import Connection

from core.records import Quality, Reading
from storage import frontier
from storage.again import after_visit, state_found
from storage.history import prove_unchanged, record_article
from storage.identity import add_listed, find_article, others_at, touch_url
from storage.keep import Kept, keep_document, keep_reading, keep_visit, outcome_of
from storage.leads import follow
from storage.listings import brings_news
from storage.presence import GoneRule, record_presence
from storage.record import Report, VisitRecord
from storage.sections import settle_sections
from storage.series import (
    COMMENTS,
    observe_count,
    observe_placements,
    observe_polls,
    observe_visitors,
    observe_weather,
)
from storage.versions import State
from storage.warc import Place


def decide(
    connection: Connection, record: VisitRecord, places: tuple[Place, ...], now: datetime
) -> Report:
    """Write everything that follows from one visit."""
    visit, reading = record.visit, record.reading
    kept = keep_visit(connection, visit, reading, places, now)
    article_id, happened = _decide_article(connection, kept, record)
    has_news = False
    if reading is not None and reading.quality is Quality.OK:
        observe_weather(connection, kept, reading.weather)
        observe_visitors(connection, kept, reading.visitors)
        observe_polls(connection, kept, reading.polls)
        has_news = _decide_listing(connection, kept, reading)
        keep_document(connection, kept, reading.document)
    followed = follow(connection, kept, record.leads, key=record.key, has_news=has_news)
    after = after_visit(connection, record, article_id)
    frontier.settle(connection, visit.target, after, now)
    frontier.save_key(connection, record.key, record.key_state)
    notes = (*followed.traps, *([after.set_aside] if after.set_aside else []))
    return Report(
        visit_id=visit.id,
        portal=visit.target.portal,
        url=visit.target.url,
        outcome=outcome_of(visit),
        quality=reading.quality if reading else (visit.last.quality if visit.last else None),
        kind=reading.kind if reading else None,
        article_id=article_id,
        changes=tuple(happened),
        payload_bytes=sum(len(capture.payload) for capture in visit.captures),
        found_count=followed.due_count,
        due_at=after.due_at,
        sections=followed.sections,
        notes=notes,
    )


# --- articles ------------------------------------------------------------------------------------


def _decide_article(
    connection: Connection, kept: Kept, record: VisitRecord
) -> tuple[int | None, list[str]]:
    visit, reading, rule = record.visit, record.reading, record.gone_rule
    asked = visit.target.url
    if reading is not None and reading.article is not None and reading.quality is Quality.OK:
        article_id, happened = record_article(connection, kept, reading)
        observe_count(connection, kept, article_id, reading.view_count)
        observe_count(connection, kept, article_id, reading.comment_count, counter=COMMENTS)
        here = reading.article.url
        others = others_at(connection, visit.target.portal, asked, article_id)
        if here != asked and others:  # the URL of one article leads to another one
            happened += _leads_away(connection, kept, others, asked, rule)
        elif here != asked:
            touch_url(connection, kept, article_id, asked, section=None)
            record_presence(connection, kept, article_id, asked, State.MOVED, rule)
        happened += record_presence(connection, kept, article_id, here, State.LIVE, rule)
        others = others_at(connection, visit.target.portal, here, article_id)
        happened += _leads_away(connection, kept, others, here, rule)
        happened += settle_sections(connection, kept, article_id, rule.checks)
        return article_id, happened
    if reading is not None:
        keep_reading(connection, kept, reading, article_id=None, content_hash=None)
    row = find_article(connection, visit.target.portal, None, asked)
    state = state_found(record)
    if row is None or state is None:
        return None, []
    if state is State.LIVE:
        prove_unchanged(connection, kept, row.id)
    happened = record_presence(connection, kept, row.id, asked, state, rule)
    if visit.last is not None:
        happened += settle_sections(connection, kept, row.id, rule.checks)
    return row.id, happened


def _leads_away(
    connection: Connection, kept: Kept, others: list[int], url: str, rule: GoneRule
) -> list[str]:
    """The URL answers with another article now: evidence that these are not there any more."""
    happened: list[str] = []
    for other_id in others:
        happened += record_presence(connection, kept, other_id, url, State.SOFT_GONE, rule)
        happened += settle_sections(connection, kept, other_id, rule.checks)
    return happened


# --- listings ------------------------------------------------------------------------------------


def _decide_listing(connection: Connection, kept: Kept, reading: Reading) -> bool:
    """Record what a listing shows; True when it brings news."""
    if not reading.placements:
        return False
    article_ids: dict[str, int] = {}
    for item in reading.placements:
        article_ids[item.url] = add_listed(connection, kept, item)
        observe_count(connection, kept, article_ids[item.url], item.view_count, source="listing")
    url, target = reading.canonical_url or reading.url, kept.visit.target
    has_news = brings_news(connection, target, url, set(article_ids.values()))
    observe_placements(connection, kept, reading, article_ids)
    return has_news
