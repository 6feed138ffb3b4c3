"""How long reading one page takes, and how much of it is right, beside other readers.

    python -m benchmarks.read --cache CACHE [--rounds N] [--json FILE]

Three sets of pages. *Family*: article pages of the Hanoi platform in the replica's markup at the
weight of real ones. *Development* and *held-out*: real pages of other sites with hand-marked truth
(`heldout.py`); nobody tuned anything on the held-out half, and its pages are never shown singly.

Contenders: Khotin by its family, Khotin generic, trafilatura (fast, and as it comes), resiliparse.
All run in this process on the same bytes, in turn for each page; CPU is process time. Khotin does
the whole of `crawler.read.read`: charset, the scan before parsing, every field and every link.
"""

import argparse
import gc
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import resiliparse.extract.html2text as resiliparse_text
import trafilatura
from resiliparse.parse.encoding import bytes_to_str, detect_encoding
from rich.console import Console
from rich.table import Table

from benchmarks.heldout import (
    BodyScore,
    TruePage,
    body_score,
    is_author_right,
    is_day_right,
    is_title_right,
    mean_score,
    pages,
)
from benchmarks.pages import load_material, write_material
from core.config import PortalConfig
from core.records import Capture, PageKind, Quality
from crawler.layout import Site
from crawler.read import read
from crawler.urls import host_of
from portal import site_of

CAPTURED_AT = datetime(2026, 11, 23, tzinfo=UTC)
FAMILY_PAGES = 40
KHOTIN, GENERIC = "Khotin, family", "Khotin, generic"
SETS = ("family", "development", "heldout")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a reader says of a page; None: it does not say."""

    title: str | None = None
    text: str | None = None
    published: str | None = None
    authors: tuple[str, ...] = ()


@dataclass(slots=True)
class Score:
    """One contender on one set of pages."""

    cpu_ms: list[float] = field(default_factory=list)  # of each page, the median of its rounds
    bodies: list[BodyScore] = field(default_factory=list)
    rights: dict[str, list[bool]] = field(default_factory=dict)
    is_crashed_count: int = 0


Reader = Callable[[TruePage], Answer]


def main() -> None:
    """Read every set with every contender, then show times, ratios and scores."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.read", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--cache", type=Path, default=Path(".bench-pages"), metavar="DIR")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    options = parser.parse_args()
    material = {
        "family": family_pages(),
        "development": list(pages(options.cache, half="development")),
        "heldout": list(pages(options.cache, half="heldout")),
    }
    found = {
        name: measured(material[name], readers(is_family=name == "family"), options.rounds)
        for name in SETS
    }
    console = Console(highlight=False, markup=False, emoji=False, width=120)
    for name in SETS:
        show(console, name, material[name], found[name])
    if options.json is not None:
        said = {name: {who: figures(it) for who, it in found[name].items()} for name in SETS}
        options.json.write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")


def family_pages() -> list[TruePage]:
    """Article pages at the weight of real ones, with what the replica put into them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_material(folder, articles_count=FAMILY_PAGES, portals_count=1)
        portal = load_material(folder).portals[0]
        return [
            TruePage(
                name=path,
                url=f"http://{portal.host}{path}",
                html=(folder / portal.host / path.lstrip("/")).read_bytes(),
                title=None,
                text=None,
                published=None,
                authors=(),
            )
            for path in portal.targets
            if "/-/view_content/" in path
        ]


def readers(*, is_family: bool) -> dict[str, Reader]:
    """The contenders by name; the family's reader reads the family's pages alone."""
    family = {KHOTIN: khotin("hanoi-liferay")} if is_family else {}
    return family | {
        GENERIC: khotin("generic"),
        "trafilatura, fast": trafilatura_reader(is_fast=True),
        "trafilatura": trafilatura_reader(is_fast=False),
        "resiliparse": resiliparse_reader,
    }


def khotin(family: str) -> Reader:
    """Khotin's own reading of a capture, by this family."""
    sites: dict[str, Site] = {}

    def reader(page: TruePage) -> Answer:
        host = host_of(page.url)
        if host not in sites:
            is_plain = page.url.startswith("http:")
            section = PortalConfig(host=host, scheme="http" if is_plain else "https", family=family)
            sites[host] = site_of("bench", section)
        reading = read(_captured(page), sites[host], PageKind.ARTICLE)
        article = reading.article
        if article is None or reading.quality is not Quality.OK:
            return Answer()
        lead = f"{article.lead}\n" if article.lead else ""
        when = article.published
        captions = {block.text for block in article.blocks if block.kind.value == "image"}
        body = "\n".join(
            block.text for block in article.blocks if block.text and block.text not in captions
        )
        return Answer(
            title=article.title,
            text=lead + body,
            published=when.on.isoformat() if when else None,
            authors=article.authors,
        )

    return reader


def _captured(page: TruePage) -> Capture:
    return Capture(
        url=page.url,
        captured_at=CAPTURED_AT,
        status=200,
        reason="OK",
        http_version="1.1",
        headers=((b"Content-Type", b"text/html"),),
        request_headers=(),
        payload=page.html,
        body=page.html,
        quality=Quality.OK,
    )


def trafilatura_reader(*, is_fast: bool) -> Reader:
    """trafilatura with metadata, without comments; links and images off, as it comes."""

    def reader(page: TruePage) -> Answer:
        found: Any = trafilatura.bare_extraction(
            page.html, url=page.url, fast=is_fast, include_comments=False, with_metadata=True
        )
        if found is None:
            return Answer()
        said: dict[str, Any] = found.as_dict()
        authors = tuple(name.strip() for name in (said.get("author") or "").split(";") if name)
        return Answer(
            title=said.get("title"),
            text=said.get("text"),
            published=said.get("date"),
            authors=authors,
        )

    return reader


def resiliparse_reader(page: TruePage) -> Answer:
    """resiliparse: the main text alone; it reads no other field."""
    html = bytes_to_str(page.html, str(detect_encoding(page.html)))
    return Answer(text=resiliparse_text.extract_plain_text(html, main_content=True))


def measured(
    material: list[TruePage], contenders: dict[str, Reader], rounds: int
) -> dict[str, Score]:
    """Each page with each contender in turn: once unmeasured, to be judged, then `rounds` times."""
    scores = {name: Score() for name in contenders}
    for page in material:
        for name, reader in contenders.items():
            score = scores[name]
            answer = _read_once(page, reader, score)
            times = []
            gc.collect()
            for _ in range(rounds):
                start = time.process_time_ns()
                _read_once(page, reader, score)
                times.append((time.process_time_ns() - start) / 1e6)
            score.cpu_ms.append(median(times))
            _judge(page, answer, score)
    return scores


def _read_once(page: TruePage, reader: Reader, score: Score) -> Answer:
    try:
        return reader(page)
    except Exception:  # noqa: BLE001  a contender may fail in any way; it is counted, and scores nothing
        score.is_crashed_count += 1
        return Answer()


def _judge(page: TruePage, answer: Answer, score: Score) -> None:
    rights = score.rights
    if page.text is not None:
        score.bodies.append(body_score(page.text, answer.text))
    if page.title is not None:
        rights.setdefault("title", []).append(is_title_right(page.title, answer.title))
    if page.published is not None:
        rights.setdefault("day", []).append(is_day_right(page.published, answer.published))
    if page.authors:
        rights.setdefault("authors", []).append(is_author_right(page.authors, answer.authors))


def figures(score: Score) -> dict[str, Any]:
    """A contender's figures as data."""
    body = mean_score(score.bodies) if score.bodies else None
    return {
        "cpu_ms_median": median(score.cpu_ms),
        "cpu_ms_all": sum(score.cpu_ms),
        "body": {"precision": body.precision, "recall": body.recall, "f1": body.f1}
        if body
        else None,
        "right": {name: [sum(each), len(each)] for name, each in score.rights.items()},
        "crashes_count": score.is_crashed_count,
    }


def show(console: Console, name: str, material: list[TruePage], found: dict[str, Score]) -> None:
    """One set of pages as a table; the ratio is to the first line."""
    weight = sum(len(page.html) for page in material) / len(material) / 1000
    console.print(f"\n{name}: {len(material)} pages of {weight:.1f} kB on average")
    table = Table(box=None, pad_edge=False)
    columns = ("ms/page", "× first", "ms in all", "precision", "recall", "F1", "title", "day",
               "authors")  # fmt: skip
    table.add_column("")
    for column in columns:
        table.add_column(column, justify="right")
    first = median(next(iter(found.values())).cpu_ms)
    for who, score in found.items():
        said = figures(score)
        body = said["body"]
        table.add_row(
            who,
            f"{said['cpu_ms_median']:.2f}",
            f"{said['cpu_ms_median'] / first:.1f}",
            f"{said['cpu_ms_all']:.0f}",
            *(f"{body[key]:.3f}" if body else "–" for key in ("precision", "recall", "f1")),
            *(
                f"{said['right'][key][0]}/{said['right'][key][1]}" if key in said["right"] else "–"
                for key in ("title", "day", "authors")
            ),
        )
    console.print(table)


if __name__ == "__main__":
    main()
