"""The material: article and listing pages of invented portals, on disk before any clock runs.

Every page has the replica's own markup. What a real page of the platform carries besides (the
theme's script and CSS, menus, link tables, lists of other articles) is added until it weighs what
real ones do; on saved pages a quarter of the bytes is script, and there are about nine elements
and two links per kB. Pure but for `write_material`; equal arguments give equal bytes.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from html import escape
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

from demo.frame import portlet
from demo.pages import LIST_LENGTH, page_at
from demo.server import ROBOTS
from demo.stories import (
    SECTIONS,
    Paragraph,
    Picture,
    Piece,
    Story,
    load_stories,
    section_name,
)
from demo.town import EPOCH, TownState

PAGE_BYTES = 76_000
SCRIPT_SHARE = 0.22  # of the page, in the head
STYLE_BYTES = 2_500
BLOCK_BYTES = 4_800  # of a block of the side column, about
FIRST_ID = 5_000_000
_HEAD_END = "</head>"
_COLUMN_END = '</div></div></div></div>\n<form action="#" id="hrefFm"'
_LISTING_QUERY = (  # as the replica's pager writes it, in the order of the names
    "_101_advancedSearch=false&_101_andOperator=true&_101_cur={page_no}&_101_delta={length}"
    "&_101_keywords=&p_p_col_count=2&p_p_col_id=column-1&p_p_col_pos=1&p_p_id=101"
    "&p_p_lifecycle=0&p_p_mode=view&p_p_state=normal&p_r_p_564233524_resetCur=false"
)
_GETTERS = ("LayoutId", "PlidOf", "ThemeRoot", "GroupId", "PathImage", "PathMain", "CompanyId")


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalPages:
    """What one portal serves."""

    host: str
    targets: tuple[str, ...]  # path and query of each page, robots.txt left out
    articles_count: int
    pages_bytes: int  # of all pages, robots.txt left out


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueArticle:
    """What the page of an article says: a contender that reads must have found just this."""

    title: str
    lead: str
    authors: tuple[str, ...]
    section: str
    published_at: str  # naive ISO 8601, the portal's wall clock, to the minute
    views_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All portals of a benchmark."""

    portals: tuple[PortalPages, ...]

    @property
    def urls(self) -> tuple[str, ...]:
        """Every page once, the portals taking turns."""
        width = max(len(portal.targets) for portal in self.portals)
        return tuple(
            f"http://{portal.host}{portal.targets[index]}"
            for index in range(width)
            for portal in self.portals
            if index < len(portal.targets)
        )

    @property
    def pages_count(self) -> int:
        """Articles, listings and front pages."""
        return sum(len(portal.targets) for portal in self.portals)

    @property
    def articles_count(self) -> int:
        """Articles alone."""
        return sum(portal.articles_count for portal in self.portals)

    @property
    def pages_bytes(self) -> int:
        """Bytes of all pages."""
        return sum(portal.pages_bytes for portal in self.portals)


def write_material(folder: Path, *, articles_count: int, portals_count: int) -> Material:
    """Render every page into `folder`/HOST/, where `server.py` finds it, and the list of them."""
    portals: list[PortalPages] = []
    truth: dict[str, dict[str, Any]] = {}
    for number in range(portals_count):
        count = articles_count // portals_count + (number < articles_count % portals_count)
        state = _town(number, count)
        portals.append(_write_portal(folder, number, state))
        truth |= {f"http://{_host(number)}{it.path}": asdict(_true(it)) for it in state.stories}
    (folder / "truth.json").write_text(json.dumps(truth), encoding="utf-8")
    material = Material(portals=tuple(portals))
    (folder / "material.json").write_text(json.dumps(asdict(material)), encoding="utf-8")
    return material


def load_material(folder: Path) -> Material:
    """What `write_material` wrote."""
    said: dict[str, Any] = json.loads((folder / "material.json").read_text(encoding="utf-8"))
    portals = (replace(PortalPages(**it), targets=tuple(it["targets"])) for it in said["portals"])
    return Material(portals=tuple(portals))


def load_truth(folder: Path) -> dict[str, TrueArticle]:
    """What `write_material` wrote of each article, by its URL."""
    said: dict[str, Any] = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return {url: TrueArticle(**it | {"authors": tuple(it["authors"])}) for url, it in said.items()}


def _true(story: Story) -> TrueArticle:
    return TrueArticle(
        title=story.title,
        lead=story.lead,
        authors=story.authors,
        section=section_name(story.section),
        published_at=story.posted_at.isoformat(),
        views_count=story.views_count,
    )


def _host(number: int) -> str:
    return f"thixa{number}.example.vn"


def _town(number: int, articles_count: int) -> TownState:
    dice = Random(f"benchmark/stories/{number}")
    return TownState(
        now=EPOCH,
        stories=_stories(dice, first_id=FIRST_ID + number * 100_000, count=articles_count),
        weather=(),
        visitors_count=1_000_000 + number,
    )


def _write_portal(folder: Path, number: int, state: TownState) -> PortalPages:
    host, dice = _host(number), Random(f"benchmark/{number}")
    side = _side_items(host, state, dice)
    targets, pages_bytes = [], 0
    for target, file in _places(state):
        page = page_at(state, target, dice=dice, base=f"http://{host}")
        if page.status != 200:
            raise RuntimeError(f"the replica answers {page.status} at {target}")
        body = _padded(page.html, side, dice).encode()
        path = folder / host / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        targets.append(quote(target, safe="/?&=-_."))
        pages_bytes += len(body)
    (folder / host / "robots.txt").write_text(ROBOTS, encoding="utf-8")
    return PortalPages(
        host=host,
        targets=tuple(targets),
        articles_count=len(state.stories),
        pages_bytes=pages_bytes,
    )


def _places(state: TownState) -> list[tuple[str, str]]:
    """Each page's path and query, and the file `server.py` answers with."""
    places = [("/", "front.html"), ("/trang-chu", "trang-chu/page-.html")]
    for slug, _ in SECTIONS:
        places.append((f"/{slug}", f"{slug}/page-.html"))
        for page_no in range(2, -(-len(state.in_section(slug)) // LIST_LENGTH) + 1):
            query = _LISTING_QUERY.format(page_no=page_no, length=LIST_LENGTH)
            places.append((f"/{slug}?{query}", f"{slug}/page-{page_no}.html"))
    return places + [(story.path, story.path.lstrip("/")) for story in state.stories]


# --- articles ------------------------------------------------------------------------------------


def _stories(dice: Random, *, first_id: int, count: int) -> tuple[Story, ...]:
    """So many articles, newest first: no two share an id, a title or a paragraph."""
    models = load_stories()
    texts = [it.text for model in models for it in model.body if isinstance(it, Paragraph)]
    newest = datetime(2025, 6, 2, 17, 0)  # noqa: DTZ001  the town's wall clock
    stories = []
    for index, model in enumerate(islice(cycle(models), count)):
        native_id = first_id + count - index
        section, _ = SECTIONS[index % len(SECTIONS)]
        stories.append(
            replace(
                model,
                native_id=native_id,
                section=section,
                title=f"{model.title} (tin số {native_id})",
                posted_at=newest - timedelta(minutes=97 * index),
                has_hour=True,
                views_count=dice.randrange(20, 9_000),
                lead=f"Tin số {native_id}. {dice.choice(texts)}",
                body=tuple(
                    _piece(piece, f"{native_id}/{position}", dice.choice(texts))
                    for position, piece in enumerate(model.body)
                ),
            )
        )
    return tuple(stories)


def _piece(piece: Piece, number: str, text: str) -> Piece:
    match piece:
        case Paragraph():
            return Paragraph(text=f"{text} Số hồ sơ: {number}.")
        case Picture():
            return replace(piece, image_id=int(number.replace("/", "")))
        case _:
            return piece


# --- what stands beside --------------------------------------------------------------------------


def _side_items(host: str, state: TownState, dice: Random) -> list[str]:
    """Rows of the side column to choose from: other articles, documents, other hosts."""
    rows = [
        f'<li class="tin_tiep nobo"> <a href="http://{host}{escape(quote(story.path))}" '
        f'title="{escape(story.title)}" class="lien-ket-tin"> {escape(story.title)} '
        f'<span class="date_content_asset"> ({story.posted_at:%d/%m/%Y}) </span> </a> </li>'
        for story in dice.sample(state.stories, k=min(60, len(state.stories)))
    ]
    for number in range(60):
        rows.append(
            '<li style="height: 32.0px;width: 252.0px;border-bottom: 1px dotted;"> '
            f'<a href="http://lienket{number}.example.vn/vi/trang-chu" target="_blank"> '
            f'<img alt="" src="/documents/554897/555008/{number}.png?t=1591850420062" width="16" />'
            f" Trang thông tin của đơn vị trực thuộc số {number}</a> </li>"
        )
        rows.append(
            '<li class="vanban"> <a class="taglib-icon" href="/documents/554897/'
            f'{number}/ke-hoach-so-{number}-cua-uy-ban-nhan-dan-thi-xa.pdf?t=1621993502000">'
            f" Kế hoạch số {number}/KH-UBND về việc triển khai nhiệm vụ năm {2000 + number % 26}"
            "</a> </li>"
        )
    return rows


def _padded(html: str, side: list[str], dice: Random) -> str:
    """The page at its real weight: script and CSS in the head, blocks in the side column."""
    if html.count(_HEAD_END) != 1 or html.count(_COLUMN_END) != 1:
        raise RuntimeError("the replica's frame has changed: benchmarks/pages.py must follow it")
    head = _script(int(PAGE_BYTES * SCRIPT_SHARE), dice) + _style(dice)
    wanted = PAGE_BYTES - len(html.encode()) - len(head)
    blocks: list[str] = []
    while wanted > BLOCK_BYTES / 2:
        rows = "\n".join(dice.sample(side, k=min(14, len(side))))
        block = portlet(
            f"1_WAR_portalnewspublisherportlet_INSTANCE_{dice.getrandbits(48):012x}",
            css="news-publisher-portlet",
            title="Thông tin cần biết",
            body=f'<ul class="site-map">\n{rows}\n</ul>',
        )
        blocks.append(block)
        wanted -= len(block.encode())
    html = html.replace(_HEAD_END, head + _HEAD_END)
    return html.replace(_COLUMN_END, "".join(blocks) + _COLUMN_END)


def _script(size: int, dice: Random) -> str:
    parts = ['<script type="text/javascript">var themeDisplay={']
    weight = 0
    while weight < size:
        name, value = dice.choice(_GETTERS), dice.randrange(10**6)
        parts.append(f'get{name}{value}:function(){{return"{value:x}/so-theme/images"}},')
        weight += len(parts[-1])
    return "".join([*parts, "end:null};</script>\n"])


def _style(dice: Random) -> str:
    rules = "".join(
        f"#p_p_id_{dice.getrandbits(40):x}_ .site-map{{border-width:0;margin:{number}px auto}}"
        for number in range(STYLE_BYTES // 60)
    )
    return f'<style type="text/css">{rules}</style>\n'
