"""`make demo`: a small town portal lives for three days and is crawled three times.

One driven clock for the portal and for Khotin, so that days pass in seconds; everything else is
real: requests over loopback, robots.txt, politeness, WARC files, the archive.
"""

import asyncio
import logging
import shutil
import sys
import time
from pathlib import Path

from rich.console import Console

from core.clock import DrivenClock
from core.config import Config, parse
from core.errors import KhotinError
from cycle import Plan, crawl
from demo.report import show_report
from demo.server import ReplicaPortal
from demo.town import HOST, VISITS, Town
from storage import queries
from storage.archive import Archive
from tally import Tally
from terminal.output import console as open_console
from terminal.progress import progress_bar, show_summary

FOLDER = Path("demo-archive")
PORTAL = "songmay"


def config_for(address: str) -> Config:
    """The settings for the replica: its own host name, its traffic to this machine."""
    portal = {
        "name": "Cổng thông tin điện tử thị xã Sông Mây",
        "host": HOST,
        "scheme": "http",
        "connect_to": address,
        "every": "30m",
    }
    return parse({"portals": {PORTAL: portal}, "archive": {"path": str(FOLDER)}})


async def live_three_days(folder: Path, console: Console) -> None:
    """Let the portal live, crawl it at each visit's time, say what each crawl found."""
    clock = DrivenClock(VISITS[0])
    async with ReplicaPortal(Town(), clock.now) as portal:
        config = config_for(portal.address)
        agent = config.user_agent(PORTAL)
        for number, at in enumerate(VISITS, start=1):
            clock.move_to(at)
            with Archive(folder, clock, user_agent=agent) as archive:
                tally = Tally()
                with progress_bar(f"crawl {number} of {len(VISITS)}") as bar:
                    async for event in crawl(config, archive, clock, [PORTAL], Plan(is_all=True)):
                        tally.add(event)
                        bar.show(tally.visits_count, tally.due_count)
            title = f"Crawl {number}, {at:%A %d %B %Y %H:%M} UTC on the driven clock"
            console.print(title, style="bold")
            show_summary(console, tally.lines(), tally.notes)
            console.print()


def main() -> None:
    """Run the demo in `demo-archive/`, made anew."""
    logging.basicConfig(level=logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    console = open_console()
    started_s = time.perf_counter()
    if FOLDER.exists() and not (FOLDER / "archive.db").exists() and any(FOLDER.iterdir()):
        sys.exit(f"demo: {FOLDER} holds something that is no archive; move it away")
    shutil.rmtree(FOLDER, ignore_errors=True)
    try:
        asyncio.run(live_three_days(FOLDER, console))
        with queries.reading(FOLDER) as connection:
            is_right = show_report(console, connection, FOLDER)
    except KhotinError as error:
        sys.exit(f"demo: {error}")
    console.print(f"\nThree crawls in {time.perf_counter() - started_s:.1f} s.", style="dim")
    if not is_right:
        sys.exit("demo: what was found differs from what the portal did")


if __name__ == "__main__":
    main()
