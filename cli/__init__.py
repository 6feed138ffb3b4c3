"""The commands. Each opens what it needs, asks or starts, and shows; nothing is decided here.

Heavy libraries are imported inside the commands, so that `--help` is quick. A person's mistake
ends in one line and exit status 2, an archive's trouble in 3, anything else that we know in 1.
"""

import asyncio
import os
import sys
from contextlib import suppress
from typing import NoReturn

import typer

from cli import adding, crawling, looking, reading, saving
from cli.options import say_error
from core.errors import KhotinError

app = typer.Typer(
    name="khotin",
    help="An archive of local news: crawls portals, reads them, keeps every version.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    adding.add,
    crawling.crawl,
    crawling.run,
    reading.read,
    looking.status,
    looking.log,
    looking.articles,
    looking.show,
    looking.diff,
    looking.changes,
    looking.weather,
    looking.polls,
    looking.visitors,
):
    app.command()(command)

case = typer.Typer(
    name="case", help="Saved pages with the record that is expected of them.", no_args_is_help=True
)
for saver in (saving.add, saving.rerun, saving.accept):
    case.command()(saver)
app.add_typer(case)


def main() -> None:
    """Run the command line; known errors become one line and an exit status."""
    if len(sys.argv) == 1:
        sys.argv.append("--help")
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        status = app(standalone_mode=False)  # typer gives back the status of an Exit
        sys.stdout.flush()
        if status == 130:
            raise KeyboardInterrupt
        sys.exit(status or 0)
    except KhotinError as error:
        _end(str(error), error.exit_status)
    except (KeyboardInterrupt, typer.Abort):
        _end("stopped; what was fetched is kept, the rest stays due", 130)
    except asyncio.CancelledError:
        _end("stopped; what was fetched is kept, the rest stays due", 143)
    except BrokenPipeError:
        _leave(0)
    except OSError as error:
        _end(f"cannot write the answer: {error.strerror}", 1)
    except Exception as error:  # the task border: a mistake of usage, or one of ours
        if type(error).__module__.partition(".")[0] not in ("click", "typer"):
            raise
        _end(str(getattr(error, "format_message", error.__str__)()), 2)


def _end(message: str, status: int) -> NoReturn:
    say_error(message)
    _leave(status)


def _leave(status: int) -> NoReturn:
    """End without another try to write what could not be written."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(status)
