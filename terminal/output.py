"""Where answers go: a console as wide as its reader, or one JSON value."""

import json
import re
import shutil
from datetime import datetime
from typing import Any

from rich.console import Console

from core.jsonform import instant

# What a terminal obeys or reorders by: JSON may carry it, but escaped.
_UNSEEN = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
PIPED_COLUMNS = 160  # no terminal to fold for: a title or URL should stay on its line


def console() -> Console:
    """The console of the answers; `COLUMNS` sets its width, else the terminal does."""
    width = shutil.get_terminal_size((PIPED_COLUMNS, 50)).columns
    return Console(width=width, highlight=False, markup=False, emoji=False)


def print_json(answer: Any) -> None:
    """One JSON value; Vietnamese letters stand as they are."""

    def plain(value: Any) -> Any:
        return instant(value) if isinstance(value, datetime) else str(value)

    text = json.dumps(answer, ensure_ascii=False, indent=2, default=plain)
    print(_UNSEEN.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text))
