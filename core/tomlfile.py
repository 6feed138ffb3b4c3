"""The only reader and writer of TOML files. Comments that a person wrote stay."""

import tomllib
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from core.errors import ConfigError

_BOM = "\ufeff"  # some editors write it before the first letter


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
        return tomllib.loads(text.removeprefix(_BOM))
    except ValueError as error:  # also of a number longer than Python reads
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: not valid TOML: nested too deep") from error


def written(tables: dict[str, Any]) -> str:
    """Tables as TOML text."""
    return tomlkit.dumps(tables)


def change_keys(path: Path, values: dict[str, Any]) -> None:
    """Set top-level keys of a file; everything else in it stays as it is written.

    The file is replaced in one step: a crash leaves the old one or the new one.
    """
    try:
        text = path.read_bytes().decode("utf-8")  # line ends as they are
        bom, text = (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)
        document = tomlkit.parse(text)
        for key, value in values.items():
            document[key] = value
        text = tomlkit.dumps(document)
        replace_file(path, bom + text + ("" if text.endswith("\n") else "\n"))
    except (OSError, ValueError, TOMLKitError) as error:
        raise ConfigError(f"{path}: cannot be changed: {error}") from error


def replace_file(path: Path, text: str) -> None:
    """Write a text file in one step, as UTF-8. Raises `OSError`."""
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_bytes(text.encode("utf-8"))
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
