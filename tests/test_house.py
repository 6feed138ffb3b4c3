"""The house rules that a machine can hold: sizes, one list of families, commands that are told."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from cli import app
from core.config import FAMILIES, CrawlConfig, PortalConfig
from crawler.portals import FAMILIES as FOUND

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("core", "crawler", "storage", "terminal", "demo", "cli", "benchmarks")
SOURCES = sorted(
    [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "versions/" not in str(path)]
    + list(ROOT.glob("*.py"))
)
MOST_LINES, MOST_FUNCTION_LINES, MOST_PARAMETERS = 400, 60, 6


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_keep_their_bounds(path: Path) -> None:
    """400 lines a file, 60 a function, 6 parameters; a command may have as many options as it has.

    A migration is a list of tables and has no such bound.
    """
    assert len(path.read_text("utf-8").splitlines()) <= MOST_LINES
    for function in functions(path):
        assert (function.end_lineno or 0) - function.lineno + 1 <= MOST_FUNCTION_LINES, (
            function.name
        )
        arguments = function.args
        names = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        if path.parent.name != "cli":
            count = len([each for each in names if each.arg not in ("self", "cls")])
            assert count <= MOST_PARAMETERS, function.name


def test_a_portal_file_stays_small() -> None:
    """A family fits in 120 lines."""
    for path in (ROOT / "crawler" / "portals").glob("*.py"):
        assert len(path.read_text("utf-8").splitlines()) <= 120, path.name


def test_the_config_knows_the_families_that_there_are() -> None:
    """The list that the config checks against is the list of portal files."""
    assert set(FAMILIES) == set(FOUND)


def commands() -> Iterator[tuple[str, Any]]:
    """Every command by the words that call it; `case add` stands in a group."""
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        if hasattr(command, "commands"):
            yield from ((f"{name} {inner}", each) for inner, each in command.commands.items())
        else:
            yield name, command


def test_every_command_and_option_is_in_the_docs() -> None:
    """`docs/commands.md` names each command and each of its options."""
    text = (ROOT / "docs" / "commands.md").read_text("utf-8")
    for name, command in commands():
        assert f"## `khotin {name}" in text, name
        section = text.partition(f"## `khotin {name}")[2].partition("\n## ")[0]
        names = [each.opts[0] for each in command.params if each.opts[0].startswith("-")]
        for option in set(names) - {"--archive", "--config", "--json"}:  # told once for all
            assert option in " ".join(section.split()), (name, option)


def test_every_setting_is_in_the_docs() -> None:
    """`docs/config.md` names each key."""
    text = (ROOT / "docs" / "config.md").read_text("utf-8")
    for section in (CrawlConfig, PortalConfig):
        for key in section.model_fields:
            assert f"`{key}`" in text, key


def test_every_dependency_is_told() -> None:
    """`docs/dependencies.md` says why each is there."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    text = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    extras = project["optional-dependencies"]["dev"]
    for line in [*project["dependencies"], *extras]:
        name = line.partition(">")[0]
        assert f"| {name} |" in text, name


def test_the_pins_name_no_address() -> None:
    """Names, versions and hashes, nothing else."""
    text = (ROOT / "requirements.txt").read_text("utf-8")
    assert "://" not in text
    assert "index-url" not in text
    assert text.count("==") > 40
