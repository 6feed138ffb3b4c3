"""TOML files: read or told in one line; changed without touching what a person wrote."""

from datetime import date
from pathlib import Path

import pytest

from core.errors import ConfigError
from core.tomlfile import change_keys, tables_in, tables_of


@pytest.mark.parametrize(
    "text",
    ["a", "a = ", "a = 2026-13-01", "a = " + "[" * 9_000, "a = " + "1" * 9_000, "[a]\n[a]", "\0"],
    ids=lambda text: text[:12],
)
def test_a_text_that_is_no_toml_is_one_line(text: str) -> None:
    """It names the file, whatever the parser trips over."""
    with pytest.raises(ConfigError) as caught:
        tables_in(text, Path("my.toml"))
    assert str(caught.value).startswith("my.toml: not valid TOML: ")
    assert "\n" not in str(caught.value)


def test_a_file_that_begins_with_a_mark_of_its_encoding_is_read(tmp_path: Path) -> None:
    """Some editors write it; it is no letter of the first key, and it stays."""
    file = tmp_path / "a.toml"
    file.write_bytes("\ufeffa = 1\r\n".encode())
    assert tables_of(file) == {"a": 1}
    change_keys(file, {"b": 2})
    assert file.read_bytes().startswith("\ufeffa = 1\r\n".encode())
    assert tables_of(file) == {"a": 1, "b": 2}


@pytest.mark.parametrize("body", [b"\xff", None])
def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path, body: bytes | None) -> None:
    """A folder, or bytes that are no text."""
    file = tmp_path / "a.toml"
    file.mkdir() if body is None else file.write_bytes(body)
    with pytest.raises(ConfigError, match="cannot be read"):
        tables_of(file)
    with pytest.raises(ConfigError, match="cannot be changed"):
        change_keys(file, {"a": 1})


def test_keys_are_changed_above_the_tables(tmp_path: Path) -> None:
    """A key after a table's head would be the table's."""
    file = tmp_path / "a.toml"
    file.write_text('# mine\na = "x" # why\n\n[[t.u]]\nb = 1 # too\n')
    change_keys(file, {"a": "y", "on": date(2026, 5, 6)})
    assert tables_of(file) == {"a": "y", "on": date(2026, 5, 6), "t": {"u": [{"b": 1}]}}
    text = file.read_text()
    assert all(comment in text for comment in ("# mine\n", "# why\n", "b = 1 # too\n"))


def test_a_change_that_cannot_be_written_leaves_the_file(tmp_path: Path) -> None:
    """And no other one beside it."""
    file = tmp_path / "a.toml"
    file.write_text("a = 1\n")
    (tmp_path / ".a.toml.new").mkdir()
    with pytest.raises(ConfigError, match="cannot be changed"):
        change_keys(file, {"a": 2})
    assert file.read_text() == "a = 1\n"
