"""What the commands share: options with one meaning everywhere, and how a mistake is told."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from core.config import Config, config_path, load
from core.errors import ConfigError

ArchiveOption = Annotated[
    Path | None,
    typer.Option(
        "--archive", metavar="DIR", help="The archive's folder [KHOTIN_ARCHIVE, else config]."
    ),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings [KHOTIN_CONFIG, else config.toml]."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON value for programs.")]
PortalOption = Annotated[str | None, typer.Option("--portal", metavar="ID", help="Only this one.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Rows at the most.")]
BeforeOption = Annotated[
    int | None,
    typer.Option("--before", metavar="ID", min=1, max=2**62, help="The page after this row."),
]


def say_error(message: str) -> None:
    from terminal.words import plain

    print(f"khotin: {plain(message)}", file=sys.stderr)


def one_of(option: str, value: str | None, allowed: tuple[str, ...]) -> None:
    if value is not None and value not in allowed:
        raise ConfigError(f"{option} {value!r}: allowed is one of: {', '.join(allowed)}")


def settings_if_any(config: Path | None) -> Config:
    """The config when there is one; a page of any host can be read and saved without."""
    path = config_path(config)
    is_named = config is not None or path != Path("config.toml")
    return load(path) if is_named or path.is_file() else Config()
