"""`make bench`: the whole way of a page beside a bare loop and a raw one, in the same run.

    python -m benchmarks.crawl [--articles N] [--portals K] [--runs R] [--json FILE]

Renders the pages, serves them from loopback, lets each contender (see `contenders.py`) fetch all
of them in a process of its own, and prints the medians. Judges nothing but the results' truth: a
contender that loses a page ends the benchmark with status 1.
"""

import argparse
import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.pages import Material, write_material
from benchmarks.server import Server, serving

CONTENDERS = {
    "raw": "raw sockets, nothing read",
    "bare": "bare aiohttp + lexbor",
    "scrapy": "Scrapy, links of listings",
    "scrapy-links": "Scrapy, links of all pages",
    "khotin": "Khotin, durable",
}
PEERS = ("scrapy", "scrapy-links", "bare")
PACKAGES = ("aiohttp", "selectolax", "sqlalchemy", "isal", "scrapy", "twisted")
FSYNC_TRIES = 50
FSYNC_BYTES = 64 * 1024
MAX_RUN_S = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One contender in one run."""

    pages_per_s: float
    cpu_ms_per_page: float
    peak_mb: float
    grown_mb: float  # of it since the clocks began to run: what grows with the work
    server_cpu_ms_per_page: float
    server_busy_pct: float  # of one CPU, while the contender ran
    written_mb: float
    wall_s: float


def run_contender(name: str, folder: Path, server: Server) -> Figures:
    """Let one contender fetch everything; `SystemExit` with its words when its result is wrong."""
    served_s = server.cpu_s()
    with tempfile.TemporaryDirectory(dir=folder, prefix="archive-") as archive:
        command = [sys.executable, "-m", "benchmarks.contenders", name]
        command += [str(folder), server.address, archive]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=MAX_RUN_S)
    if ended.returncode != 0:
        sys.exit(f"bench: {ended.stderr.strip() or name}")
    said = json.loads(ended.stdout.splitlines()[-1])
    served_s = server.cpu_s() - served_s
    pages_count, wall_s = said["pages_count"], said["wall_s"]
    return Figures(
        pages_per_s=pages_count / wall_s,
        cpu_ms_per_page=said["cpu_s"] / pages_count * 1_000,
        peak_mb=said["peak_bytes"] / 1e6,
        grown_mb=(said["peak_bytes"] - said["start_bytes"]) / 1e6,
        server_cpu_ms_per_page=served_s / pages_count * 1_000,
        server_busy_pct=served_s / wall_s * 100,
        written_mb=said["written_bytes"] / 1e6,
        wall_s=wall_s,
    )


def medians(runs: list[dict[str, Figures]]) -> dict[str, Figures]:
    """Each figure's median over the runs."""
    return {
        name: Figures(
            **{
                field: median(asdict(run[name])[field] for run in runs)
                for field in Figures.__slots__
            }
        )
        for name in CONTENDERS
    }


def ratios(found: dict[str, Figures]) -> dict[str, dict[str, float]]:
    """Khotin to each peer: pages per second, CPU per page, and peak memory."""
    khotin = found["khotin"]
    return {
        peer: {
            "pages_per_s": khotin.pages_per_s / found[peer].pages_per_s,
            "cpu_ms_per_page": khotin.cpu_ms_per_page / found[peer].cpu_ms_per_page,
            "peak_mb": khotin.peak_mb / found[peer].peak_mb,
        }
        for peer in PEERS
    }


def machine_of(folder: Path, server: Server) -> dict[str, Any]:
    """What the figures depend on."""
    return {
        "cpus": os.cpu_count(),
        "machine": platform.machine(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "server": server.name,
        "load": os.getloadavg()[0],
        "fsync_ms": _fsync_ms(folder),
        **{name: version(name) for name in PACKAGES},
    }


def _fsync_ms(folder: Path) -> float:
    """What the disk takes to make 64 KB last, median."""
    taken = []
    with (folder / "fsync").open("wb") as file:
        for _ in range(FSYNC_TRIES):
            file.write(os.urandom(FSYNC_BYTES))
            file.flush()
            started_s = time.perf_counter()
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - started_s)
    return median(taken) * 1_000


# --- what is shown -------------------------------------------------------------------------------


def show(
    console: Console, material: Material, machine: dict[str, Any], found: dict[str, Figures]
) -> None:
    """The table, what it was measured on, and the ratio."""
    table = Table(box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    for title in (
        "pages/s",
        "CPU ms/page",
        "peak MB",
        "grown MB",
        "written MB",
        "server ms/page",
        "busy",
    ):
        table.add_column(title, justify="right", no_wrap=True)
    for name, label in CONTENDERS.items():
        it = found[name]
        table.add_row(
            label,
            f"{it.pages_per_s:,.0f}",
            f"{it.cpu_ms_per_page:.2f}",
            f"{it.peak_mb:.0f}",
            f"{it.grown_mb:.0f}",
            f"{it.written_mb:.1f}" if it.written_mb else "-",
            f"{it.server_cpu_ms_per_page:.2f}",
            f"{it.server_busy_pct:.0f} %",
        )
    console.print(table)
    console.print()
    for peer, ratio in ratios(found).items():
        console.print(
            f"Khotin : {CONTENDERS[peer]} = {ratio['pages_per_s']:.3g} in pages/s, "
            f"{ratio['cpu_ms_per_page']:.3g} in CPU per page, {ratio['peak_mb']:.2g} in memory"
        )
    console.print(
        f"{material.pages_count:,} pages ({material.articles_count:,} articles) of "
        f"{material.pages_bytes / material.pages_count / 1_000:.1f} kB on average from "
        f"{len(material.portals)} portals, as many requests in flight; no compression on the way"
    )
    console.print(
        "CPU is user and system time of the contender's process; durable: one fsync of the WARC "
        f"and one commit (WAL, synchronous=FULL) a group; an fsync takes {machine['fsync_ms']:.1f} "
        "ms here"
    )
    console.print(", ".join(f"{name} {it}" for name, it in machine.items() if name != "fsync_ms"))


def main() -> None:
    """Run the benchmark in a temporary folder beside the current one's files."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crawl", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--articles", type=_positive, default=2_000, metavar="N")
    parser.add_argument("--portals", type=_positive, default=8, metavar="K")
    parser.add_argument("--runs", type=_positive, default=3, metavar="R")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    options = parser.parse_args()
    if options.articles < options.portals * 4:
        parser.error("--articles: at least four for each portal, one a section")
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True, width=120)
    with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as name:
        folder = Path(name)
        material = write_material(
            folder, articles_count=options.articles, portals_count=options.portals
        )
        with serving(folder, folder) as server:
            if not server.is_nginx:
                console.print(f"nginx is not installed: the pages come from {server.name}")
            machine = machine_of(folder, server)
            runs = []
            for number in range(1, options.runs + 1):
                console.print(f"run {number} of {options.runs}", style="dim")
                runs.append({name: run_contender(name, folder, server) for name in CONTENDERS})
    found = medians(runs)
    show(console, material, machine, found)
    if options.json is not None:
        said = {
            "machine": machine,
            "pages_count": material.pages_count,
            "articles_count": material.articles_count,
            "portals_count": len(material.portals),
            "page_bytes": material.pages_bytes / material.pages_count,
            "medians": {name: asdict(it) for name, it in found.items()},
            "ratios": ratios(found),
            "runs": [{name: asdict(it) for name, it in run.items()} for run in runs],
        }
        options.json.write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("allowed is a whole number from 1")
    return int(text)


if __name__ == "__main__":
    main()
