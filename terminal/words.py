"""Values as a person reads them: safe text, local times, sizes. Page text is hostile here.

A terminal obeys escape sequences and reorders text at bidirectional marks; none of either gets
through, and rich's own markup stays text.
"""

import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.text import Text

from core.text import tidy

_BIDI = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F)}


def plain(text: str | None, width: int | None = None) -> str:
    """One line that a terminal only prints, cut to `width` letters with an ellipsis."""
    line = "".join(
        "�" if unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") else letter
        for letter in tidy(text or "")
        if letter not in _BIDI
    )
    if width is not None and len(line) > width:
        return line[: width - 1].rstrip() + "…"
    return line


def cell(text: str | None, style: str = "", width: int | None = None) -> Text:
    """Page text for a table: never read as markup."""
    return Text(plain(text, width), style=style)


def local(instant: datetime | None, zone: ZoneInfo) -> str:
    """`2026-05-04 08:00` in the portal's zone; a dash for no instant."""
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M") if instant is not None else "–"


def size(count: int) -> str:
    """Bytes with a unit: `812 B`, `1.4 MB`."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def number(count: float | None, unit: str = "") -> str:
    """A number with its unit; a dash for none. Counters stand whole, measures without noughts."""
    if count is None:
        return "–"
    return f"{count}{unit}" if isinstance(count, int) else f"{count:g}{unit}"


def spark(values: list[int]) -> str:
    """A series as one line of bars, oldest first."""
    if not values:
        return ""
    low, high = min(values), max(values)
    bars = "▁▂▃▄▅▆▇█"
    return "".join(bars[int((v - low) / (high - low) * 7)] if high > low else "▁" for v in values)
