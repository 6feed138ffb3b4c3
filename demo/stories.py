"""What the town has published: its sections and its articles, read from `stories.toml`.

Decides what an article of the replica holds before anything happens to it. Refuses to know when an
article appears, changes or vanishes (`town.py`) and what a page looks like (`pages.py`).
"""

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import assert_never

SECTIONS: tuple[tuple[str, str], ...] = (  # slug, name; in menu order
    ("tin-tuc-su-kien", "Tin tức - sự kiện"),
    ("dang-doan-the", "Đảng - đoàn thể"),
    ("van-hoa-xa-hoi", "Văn hóa - xã hội"),
    ("kinh-te", "Kinh tế"),
)

_SLUG_LETTERS_MAX = 150  # Liferay's own bound for the title in an article's URL


class Paste(StrEnum):
    """How the clerk put the body into the editor; it decides the markup, never the text."""

    PLAIN = "plain"
    WORD = "word"
    IMPORTED = "imported"  # brought over from an older portal


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph of a body."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An image; its caption stands after it as a bare paragraph. "" when it has none."""

    image_id: int
    caption: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullets:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; the first row holds the headings."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A link to a file. `href` is as typed: spaces stay spaces."""

    href: str
    name: str


Piece = Paragraph | Picture | Bullets | Table | File


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An article at one moment."""

    native_id: int
    section: str  # slug
    title: str
    posted_at: datetime  # naive, the town's wall clock; midnight when `has_hour` is False
    has_hour: bool  # False: imported, printed as 12:00 AM
    views_count: int
    authors: tuple[str, ...]
    lead: str  # may be ""
    body: tuple[Piece, ...]
    paste: Paste

    @property
    def path(self) -> str:
        """Path of its page; changes with section and title, the id in it does not."""
        return f"/{self.section}/-/view_content/{self.native_id}-{slug_of(self.title)}.html"

    @property
    def text(self) -> str:
        """Lead and body as a reader sees them, one piece a line, captions included."""
        return "\n".join(line for line in (self.lead, *map(text_of, self.body)) if line)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Its images, in order."""
        return tuple(piece for piece in self.body if isinstance(piece, Picture))

    @property
    def files(self) -> tuple[File, ...]:
        """The files it links to, in order."""
        return tuple(piece for piece in self.body if isinstance(piece, File))


def load_stories() -> tuple[Story, ...]:
    """Every article the town ever publishes in the demo, those of later days included."""
    text = Path(__file__).with_name("stories.toml").read_text(encoding="utf-8")
    return tuple(_story(entry) for entry in tomllib.loads(text)["story"])


def section_name(slug: str) -> str:
    """The name a section is printed under. Raises KeyError for an unknown slug."""
    return dict(SECTIONS)[slug]


def slug_of(title: str) -> str:
    """A title as the portal writes it into a URL: no accents, hyphens, at most 150 letters."""
    plain = unicodedata.normalize("NFD", title.lower().replace("đ", "d"))
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in kept)
    return "-".join(words.split())[:_SLUG_LETTERS_MAX].rstrip("-")


def text_of(piece: Piece) -> str:
    """The visible text of a piece; "" for an image without caption."""
    match piece:
        case Paragraph():
            return piece.text
        case Picture():
            return piece.caption
        case Bullets():
            return "\n".join(piece.items)
        case Table():
            return "\n".join(" ".join(row) for row in piece.rows)
        case File():
            return piece.name
        case _:
            assert_never(piece)


def _story(entry: Mapping[str, object]) -> Story:
    posted = entry["posted"]
    assert isinstance(posted, date)
    has_hour = isinstance(posted, datetime)
    return Story(
        native_id=_int(entry["id"]),
        section=str(entry["section"]),
        title=str(entry["title"]),
        posted_at=datetime.fromisoformat(posted.isoformat()),
        has_hour=has_hour,
        views_count=_int(entry["views"]),
        authors=tuple(map(str, _list(entry["authors"]))),
        lead=str(entry["lead"]),
        body=tuple(
            _piece(item, image_id=_int(entry["id"]) * 10 + position)
            for position, item in enumerate(_list(entry["body"]), start=1)
        ),
        paste=Paste(str(entry.get("paste", "plain"))),
    )


def _piece(item: object, *, image_id: int) -> Piece:
    match item:
        case str():
            return Paragraph(text=item)
        case {"picture": str(caption)}:
            return Picture(image_id=image_id, caption=caption)
        case {"list": [*items]}:
            return Bullets(items=tuple(map(str, items)))
        case {"table": [*rows]}:
            return Table(rows=tuple(tuple(map(str, row)) for row in rows))
        case {"file": str(href), "name": str(name)}:
            return File(href=href, name=name)
        case _:
            raise ValueError(f"stories.toml: not a piece of a body: {item!r}")


def _int(value: object) -> int:
    if not isinstance(value, int):
        raise ValueError(f"stories.toml: {value!r} is not a whole number")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(f"stories.toml: {value!r} is not a list")
    return value
