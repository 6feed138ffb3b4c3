"""The database as a file: its schema, its upgrade, and what is said when it cannot be used."""

import hashlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from core.clock import DrivenClock
from core.errors import Damaged, SchemaMismatch, StorageError
from storage import queries
from storage.archive import Archive
from storage.columns import metadata
from storage.database import upgrade, writer_engine
from tests.living import ENVIRONMENT, ROOT
from tests.storage.recording import START, article, recording, rows

CONFIG = """
[archive]
path = "archive"
[portals.songmay]
family = "hanoi-liferay"
host = "songmay.example.vn"
scheme = "http"
connect_to = "127.0.0.1:9"
"""


def opened(folder: Path) -> None:
    """Open an archive for writing and leave it."""
    with Archive(folder, DrivenClock(START), user_agent="test"):
        pass


def khotin(folder: Path, *arguments: str, wrapped: tuple[str, ...] = ()) -> tuple[int, str, str]:
    """A command of its own process: exit status, stdout, stderr."""
    (folder / "config.toml").write_text(CONFIG)
    done = subprocess.run(
        [*wrapped, sys.executable, "-m", "cli", *arguments,
         "--config", str(folder / "config.toml"), "--archive", str(folder / "archive")],
        cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def digests(folder: Path) -> dict[str, str]:
    """Every file of a folder with the digest of its bytes."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))  # SQLite's, made by looking
    }


# --- the schema ----------------------------------------------------------------------------------


def test_the_migrations_make_the_schema_that_is_declared(tmp_path: Path) -> None:
    """Alembic finds no difference: tables, columns, types, indexes, constraints."""
    path = tmp_path / "archive.db"
    engine = writer_engine(path)
    upgrade(engine, path)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_migrations_and_declaration_make_the_same_tables_word_for_word(tmp_path: Path) -> None:
    """Also what Alembic does not compare: NOT NULL, foreign keys, primary keys, uniqueness."""
    migrated, declared = writer_engine(tmp_path / "a.db"), writer_engine(tmp_path / "b.db")
    upgrade(migrated, tmp_path / "a.db")
    metadata.create_all(declared)
    left, right = inspect(migrated), inspect(declared)
    assert set(left.get_table_names()) - {"alembic_version"} == set(right.get_table_names())
    for table in right.get_table_names():
        for ask in ("get_columns", "get_foreign_keys", "get_unique_constraints", "get_indexes"):
            have, want = (getattr(schema, ask)(table) for schema in (left, right))
            by_name = lambda found: sorted(map(repr, found))  # noqa: E731
            assert by_name(have) == by_name(want), (table, ask)
        assert left.get_pk_constraint(table) == right.get_pk_constraint(table)


def test_an_upgrade_of_an_archive_of_today_changes_nothing(tmp_path: Path) -> None:
    """Opening and leaving an archive leaves its database as it was."""
    with recording(tmp_path) as portal:
        portal.shows(article())
    before = digests(tmp_path)
    opened(tmp_path)
    assert digests(tmp_path) == before


# --- an archive of a newer version ---------------------------------------------------------------


def made_by_a_newer_version(folder: Path, journal: str) -> None:
    """An archive whose schema revision nobody here knows."""
    with recording(folder) as portal:
        portal.shows(article())
    with sqlite3.connect(folder / "archive.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.execute(f"PRAGMA journal_mode={journal}")
    database.close()


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_an_archive_of_a_newer_version_is_refused_and_untouched(
    tmp_path: Path, journal: str
) -> None:
    """One line says so; not a byte of the archive differs afterwards."""
    made_by_a_newer_version(tmp_path, journal)
    before = digests(tmp_path)
    for attempt in (lambda: opened(tmp_path), lambda: rows_of(tmp_path)):
        with pytest.raises(SchemaMismatch) as caught:
            attempt()
        assert "9999" in str(caught.value)
        assert "\n" not in str(caught.value)
        assert caught.value.exit_status == 3
    assert digests(tmp_path) == before


def rows_of(folder: Path) -> None:
    """Look at an archive."""
    with queries.reading(folder) as connection:
        queries.articles_listed(connection)


# --- databases that cannot be used ---------------------------------------------------------------


def _text(path: Path) -> None:
    path.write_text("not a database, just a long text\n" * 200)


def _overwritten(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:] = bytes(byte ^ 0x5A for byte in data[4096:])
    path.write_bytes(data)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: 3 * 4096 + 100])


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("spoil", [_text, _overwritten, _cut, _folder])
def test_a_damaged_database_is_told_in_one_line(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    """For writers and readers alike a StorageError that names the file."""
    with recording(tmp_path) as portal:
        for number in range(20):
            portal.shows(article(title=f"Lần {number}"))
    spoil(tmp_path / "archive.db")
    for attempt in (lambda: opened(tmp_path), lambda: rows_of(tmp_path)):
        with pytest.raises(StorageError) as caught:
            attempt()
        assert "\n" not in str(caught.value)
        assert str(tmp_path) in str(caught.value)
        assert caught.value.exit_status == 3


def test_a_text_in_place_of_the_database_ends_a_crawl_in_one_line(tmp_path: Path) -> None:
    """Exit status 3, no traceback, the file untouched."""
    (tmp_path / "archive").mkdir()
    _text(tmp_path / "archive" / "archive.db")
    before = digests(tmp_path / "archive")
    status, _, said = khotin(tmp_path, "crawl")
    assert status == 3, said
    assert said.count("\n") == 1
    assert "archive.db" in said
    assert digests(tmp_path / "archive") == before


def test_a_warc_file_shorter_than_its_rows_say_is_damage(tmp_path: Path) -> None:
    """Bytes that rows refer to are missing: nothing is cut, nothing is written."""
    with recording(tmp_path) as portal:
        portal.shows(article())
    (file,) = (tmp_path / "warc").iterdir()
    with sqlite3.connect(tmp_path / "archive.db") as database:
        database.execute("UPDATE warc_files SET state = 'open'")
    database.close()
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(Damaged, match="bytes are missing"):
        opened(tmp_path)
    assert list((tmp_path / "locks").iterdir()) == []


# --- a folder that cannot be written -------------------------------------------------------------


def read_only(folder: Path) -> tuple[str, ...]:
    """What to run a command with so that the folder is read-only for it; skips where it cannot."""
    if os.geteuid() != 0:
        folder.chmod(0o555)
        return ()
    mount = f'mount --bind {folder} {folder} && mount -o remount,ro,bind {folder} && exec "$@"'
    wrapped = ("unshare", "--mount", "sh", "-c", mount, "sh")
    try:
        allowed = subprocess.run([*wrapped, "true"], capture_output=True, check=False, timeout=60)
    except FileNotFoundError:
        pytest.skip("no unshare here")
    if allowed.returncode != 0:
        pytest.skip("this user may not mount anything")
    return wrapped


@pytest.mark.parametrize("is_new", [True, False])
def test_a_read_only_folder_ends_a_crawl_in_one_line(tmp_path: Path, is_new: bool) -> None:
    """Exit status 3, the folder is named, no traceback."""
    folder = tmp_path / "archive"
    if is_new:
        folder.mkdir()
    else:
        with recording(folder) as portal:
            portal.shows(article())
    wrapped = read_only(folder)
    status, _, said = khotin(tmp_path, "crawl", wrapped=wrapped)
    folder.chmod(0o755)
    assert status == 3, said
    assert said.count("\n") == 1, said
    assert str(folder) in said


def test_an_archive_on_a_read_only_disk_can_be_looked_at(tmp_path: Path) -> None:
    """A copy on a disk that is mounted read-only is an archive all the same."""
    folder = tmp_path / "archive"
    with recording(folder) as portal:
        portal.shows(article())
    wrapped = read_only(folder)
    status, shown, said = khotin(tmp_path, "articles", "--json", wrapped=wrapped)
    folder.chmod(0o755)
    assert status == 0, said
    assert article().title in shown


def test_a_missing_archive_is_told_to_a_reader_and_made_for_a_writer(tmp_path: Path) -> None:
    """Looking makes no folder; crawling does."""
    with pytest.raises(StorageError, match="no archive there"):
        rows_of(tmp_path / "none")
    assert not (tmp_path / "none").exists()
    opened(tmp_path / "new" / "deep")
    assert rows(tmp_path / "new" / "deep", metadata.tables["articles"].select()) == []
