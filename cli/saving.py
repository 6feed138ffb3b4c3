"""`khotin case`: saved pages with the record that is expected of them."""

import asyncio
import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.options import ConfigOption, JsonOption, settings_if_any
from core.errors import ConfigError

CASES = Path("tests/cases")
FolderArgument = Annotated[Path, typer.Argument(metavar="DIR")]


def add(
    source: Annotated[str, typer.Argument(metavar="FILE-or-URL")],
    folder: FolderArgument,
    url: Annotated[str | None, typer.Option("--url", help="Where a file came from.")] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="When it came, portal's zone.")
    ] = None,
    note: Annotated[str, typer.Option("--note", help="What the case shows, one sentence.")] = "",
    config: ConfigOption = None,
) -> None:
    """Save a page as a case; nothing is expected of it until you accept."""
    import cases
    from look import take

    taken = asyncio.run(take(settings_if_any(config), source, url=url, at=at))
    case = cases.add_case(folder, taken.capture, taken.site.portal, taken.portal, note)
    found = cases.record_of(case)
    print(
        f"saved {folder}: {found['kind']}, {found['quality']}, layout {found['layout'] or 'none'}"
    )
    print(f"look at it and accept: khotin case accept {folder}")


def rerun(
    folder: FolderArgument = CASES,
    is_json: JsonOption = False,
) -> None:
    """Read every case at or below DIR again and tell what differs from what was accepted."""
    import cases
    from terminal.output import console, print_json
    from terminal.progress import progress_bar
    from terminal.records import show_results

    folders = cases.cases_in(folder)
    results = []
    with progress_bar("reading", is_quiet=is_json) as bar:
        for count, each in enumerate(folders, start=1):
            expected = cases.expected_of(each)
            found = cases.record_of(cases.load_case(each))
            changed = list(cases.differences(expected, found)) if expected is not None else []
            results.append((str(each), expected is not None, changed))
            bar.show(count, len(folders))
    if is_json:
        print_json(
            [
                {
                    "case": name,
                    "is_accepted": is_accepted,
                    "differences": [
                        {"field": one.field, "expected": one.expected, "found": one.found}
                        for one in changed
                    ],
                }
                for name, is_accepted, changed in results
            ]
        )
    else:
        show_results(console(), results)
    if any(changed or not is_accepted for _, is_accepted, changed in results):
        raise typer.Exit(1)


def accept(
    folder: FolderArgument,
    fields: Annotated[
        list[str] | None, typer.Option("--field", metavar="NAME", help="Only this one; repeat.")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who looked.")] = None,
) -> None:
    """Show what is read beside what was expected; make it the expectation if you say so."""
    import cases
    from core.clock import SystemClock
    from terminal.output import console
    from terminal.records import show_differences
    from terminal.words import plain

    case = cases.load_case(folder)
    expected, found = cases.expected_of(folder), cases.record_of(case)
    cases.check_fields(tuple(fields or ()), expected, found)
    changed = [
        each
        for each in cases.differences(expected or {}, found)
        if not fields or each.field in fields
    ]
    if expected is not None and not changed:
        print(f"{folder}: nothing differs")
        return
    show_differences(console(), changed, is_new=expected is None)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigError(
            "an expectation is accepted by a person: run this where you can answer a question"
        )
    name = by or _user()
    if not typer.confirm(f"Is this what {plain(case.capture.url)} says?"):
        print("left as it was")
        raise typer.Exit(1)
    cases.accept(case, tuple(fields or ()), name, SystemClock().now().date())
    print(f"accepted {folder}")


def _user() -> str:
    """Who is logged in."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError) as error:
        raise ConfigError("--by: this machine does not say who you are; name yourself") from error
