"""The only reader and writer of TOML files. Comments that a person wrote stay."""

import tomllib
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from core.errors import ConfigError


def tables_of(path: Path) -> dict[str, Any]:
    """The file's tables. Raises `ConfigError` that names the file; `FileNotFoundError` passes."""
    try:
        return tables_in(path.read_text(encoding="utf-8"), path)
    except FileNotFoundError:
        raise
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error


def tables_in(text: str, path: Path) -> dict[str, Any]:
    """The tables of a TOML text; `path` is named in the `ConfigError` of a wrong one."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error


def written(tables: dict[str, Any]) -> str:
    """Tables as TOML text."""
    return tomlkit.dumps(tables)


def change_keys(path: Path, values: dict[str, Any]) -> None:
    """Set top-level keys of a file; everything else in it stays as it is written."""
    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8"))
        for key, value in values.items():
            document[key] = value
        path.write_text(tomlkit.dumps(document), encoding="utf-8")
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise ConfigError(f"{path}: cannot be changed: {error}") from error
