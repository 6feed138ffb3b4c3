"""An article's readings, in capture order, become its versions, presence and changes. Pure.

Everything here is a step of a fold: the state before and one observation give the state after.
A live visit is one step; import and reread run the same steps over the whole history. What makes a
version is content alone: Unicode form, white space, tone placement, markup, counters, clocks and
layout never do.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any

from core.diff import chars_changed, diff_words
from core.text import fold, same_form

FORMAT = "1"  # first byte of a content hash: the normal form below
CONTENT_FIELDS = (
    "title",
    "lead",
    "text",
    "captions",
    "images",
    "authors",
    "published_at",
    "attachments",
)
CLUSTER_LETTERS = 300  # equal texts shorter than this may be two formal notices

Content = Mapping[str, Any]  # an article in the names of core.jsonform


class Cause(StrEnum):
    """Why a version began."""

    FIRST = "first"  # the article's first version
    SITE = "site"  # the portal changed it
    RULES = "rules"  # we read the same bytes otherwise
    EITHER = "either"  # bytes and rules both differ; reading the old bytes again will tell


class State(StrEnum):
    """What the last checks say of a URL or an article."""

    LISTED = "listed"
    LIVE = "live"
    MOVED = "moved"  # of a URL: it leads to another URL of the article
    GONE = "gone"
    SOFT_GONE = "soft_gone"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"


PROOFS = frozenset({State.LIVE, State.MOVED, State.GONE, State.SOFT_GONE})
ABSENCES = frozenset({State.GONE, State.SOFT_GONE})


# --- content -------------------------------------------------------------------------------------


def comparable(content: Content) -> dict[str, str]:
    """Each content field in the one form in which two readings are compared."""
    captions = [image["caption"] or "" for image in content["images"]]
    return {
        "title": same_form(content["title"]),
        "lead": same_form(content["lead"] or ""),
        "text": same_form(_running(content)),
        "captions": same_form(" ".join(captions)),
        "images": "\n".join(_place(image["url"], content) for image in content["images"]),
        "authors": "\n".join(same_form(name) for name in content["authors"]),
        "published_at": f"{content['published_at'] or ''} {content['published_precision'] or ''}",
        "attachments": "\n".join(
            f"{_place(file['url'], content)} {same_form(file['name'])}"
            for file in content["attachments"]
        ),
    }


def _running(content: Content) -> str:
    return " ".join(block["text"] for block in content["blocks"] if block["kind"] != "image")


def _place(url: str, content: Content) -> str:
    """Where a file lies: on the article's own host its path alone, since portals move."""
    host = content["url"].partition("://")[2].partition("/")[0]
    own, _, path = url.partition("://")[2].partition("/")
    return f"/{path}" if own == host else url


def content_hash(content: Content) -> str:
    """The hash that decides sameness: the format's byte, then SHA-256 in hex."""
    form = json.dumps(comparable(content), ensure_ascii=False, sort_keys=True)
    return f"{FORMAT}{hashlib.sha256(form.encode('utf-8', 'replace')).hexdigest()}"


def text_hash(content: Content) -> str:
    """The hash of the folded running text: equal ones are one cluster; "" when it is too short."""
    running = fold(same_form(_running(content)))
    letters = (letter for letter in running if letter.isalpha())
    if sum(1 for _ in islice(letters, CLUSTER_LETTERS)) < CLUSTER_LETTERS:
        return ""
    return hashlib.sha256(running.encode("utf-8", "replace")).hexdigest()


def fields_changed(old: Content, new: Content) -> tuple[str, ...]:
    """Names of the content fields that differ, in the order of `CONTENT_FIELDS`."""
    before, after = comparable(old), comparable(new)
    return tuple(name for name in CONTENT_FIELDS if before[name] != after[name])


def field_text(content: Content, field: str) -> str:
    """A content field as lines for a person and for the diff."""
    if field == "text":
        return "\n".join(b["text"] for b in content["blocks"] if b["kind"] != "image")
    if field == "captions":
        return "\n".join(image["caption"] or "" for image in content["images"])
    if field == "images":
        return "\n".join(image["url"] for image in content["images"])
    if field == "attachments":
        return "\n".join(f"{file['name']} ({file['url']})" for file in content["attachments"])
    if field == "authors":
        return "\n".join(content["authors"])
    if field == "published_at":
        return content["published_text"] or content["published_at"] or ""
    return content[field] or ""


# --- versions ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One good reading of an article."""

    at: datetime
    content: Content
    content_hash: str
    rules: str
    body_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """The article's open version, and the earlier texts it might return to."""

    version_no: int
    content: Content
    content_hash: str
    rules: str
    body_sha256: str
    earlier: Mapping[str, int]  # content hash → number of the version that had it first


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended:
    """The content is the same: the open version lasts longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A new version, and how it differs from the one before."""

    version_no: int
    returns_to: int | None
    cause: Cause
    fields: tuple[str, ...]
    added_chars: int
    removed_chars: int
    is_quiet: bool | None  # None: the site shows no update time


def next_version(current: Current | None, seen: Seen) -> Extended | Begun:
    """The step of the fold for content."""
    if current is None:
        return Begun(
            version_no=1,
            returns_to=None,
            cause=Cause.FIRST,
            fields=(),
            added_chars=0,
            removed_chars=0,
            is_quiet=None,
        )
    if current.content_hash == seen.content_hash:
        return Extended()
    fields = fields_changed(current.content, seen.content)
    added = removed = 0
    for field in fields:
        pieces = diff_words(field_text(current.content, field), field_text(seen.content, field))
        more, less = chars_changed(pieces)
        added, removed = added + more, removed + less
    return Begun(
        version_no=current.version_no + 1,
        returns_to=current.earlier.get(seen.content_hash),
        cause=_cause(current, seen),
        fields=fields,
        added_chars=added,
        removed_chars=removed,
        is_quiet=_is_quiet(current.content, seen.content),
    )


def _cause(current: Current, seen: Seen) -> Cause:
    if current.rules == seen.rules:
        return Cause.SITE
    return Cause.RULES if current.body_sha256 == seen.body_sha256 else Cause.EITHER


def _is_quiet(old: Content, new: Content) -> bool | None:
    if new["updated_at"] is None:
        return None
    return bool(new["updated_at"] == old["updated_at"])


# --- presence ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """A run of equal answers of one URL."""

    state: State
    first_seen_at: datetime
    last_seen_at: datetime
    checks_count: int  # all checks of the run
    spaced_count: int  # those at least `gone_apart` after the one counted before
    counted_at: datetime  # the last of them

    def is_absent_for_sure(self, gone_checks: int) -> bool:
        """True when enough spaced checks found nothing."""
        return self.state in ABSENCES and self.spaced_count >= gone_checks


def next_presence(run: Presence | None, state: State, at: datetime, apart: timedelta) -> Presence:
    """The step of the fold for one URL: the run goes on, or another begins.

    `run` is the last run that `state` can continue: for a proof the last proof, so that an outage
    between two checks neither proves nor forgets anything; else the last of all.
    """
    if run is None or not _goes_on(run.state, state):
        return Presence(
            state=state,
            first_seen_at=at,
            last_seen_at=at,
            checks_count=1,
            spaced_count=1,
            counted_at=at,
        )
    is_spaced = at - run.counted_at >= apart
    return Presence(
        state=run.state,
        first_seen_at=run.first_seen_at,
        last_seen_at=max(run.last_seen_at, at),
        checks_count=run.checks_count + 1,
        spaced_count=run.spaced_count + is_spaced,
        counted_at=at if is_spaced else run.counted_at,
    )


def _goes_on(before: State, now: State) -> bool:
    """404 and "not found" with status 200 are one absence; a portal may answer with either."""
    return before is now or (before in ABSENCES and now in ABSENCES)


def article_state(before: State, urls: Iterable[Presence], gone_checks: int) -> State:
    """What an article is, given the last proof of each of its URLs.

    One live URL keeps it live. It is gone when every URL that has not moved on is gone for sure.
    An article that never was read stays listed.
    """
    proofs = list(urls)
    if any(proof.state is State.LIVE for proof in proofs):
        return State.LIVE
    if before is State.LISTED:
        return State.LISTED
    staying = [proof for proof in proofs if proof.state is not State.MOVED]
    if staying and all(proof.is_absent_for_sure(gone_checks) for proof in staying):
        is_soft = all(proof.state is State.SOFT_GONE for proof in staying)
        return State.SOFT_GONE if is_soft else State.GONE
    return before


# --- sections ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlEvidence:
    """What one URL of an article says of its sections."""

    url: str
    section: str | None
    state: State | None  # of its last proof
    is_absent_for_sure: bool
    is_checked: bool  # in this cycle


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """The sections an article stands in, and the URLs to ask before that may be said."""

    names: frozenset[str]
    unchecked: tuple[str, ...]


def sections_now(urls: Iterable[UrlEvidence]) -> Sections:
    """The article's set of sections by the live URLs; a URL not yet asked in this cycle holds it.

    Without that wait a move would look like two changes: into the new section, later out of the
    old one.
    """
    names: set[str] = set()
    unchecked: list[str] = []
    for url in urls:
        if url.section is None or url.state is State.MOVED or url.is_absent_for_sure:
            continue
        names.add(url.section)
        if not url.is_checked or url.state in ABSENCES:
            unchecked.append(url.url)
    return Sections(names=frozenset(names), unchecked=tuple(unchecked))
