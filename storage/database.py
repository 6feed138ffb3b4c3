"""The engine, its pragmas and its schema: opening an archive's database, and upgrading it.

The writer and the readers use engines of their own; readers cannot write. Foreign errors are
translated here into the `StorageError` tree.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import NullPool

from core.errors import Damaged, Locked, SchemaMismatch, StorageError
from storage.statements import refuse_nul

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MS = 15_000


def writer_engine(path: Path) -> Engine:
    """The engine of the one writer thread. Transactions begin as `IMMEDIATE`."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={BUSY_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-65536",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    @event.listens_for(engine, "before_cursor_execute")
    def on_execute(*arguments: Any) -> None:
        refuse_nul(arguments[3])

    return engine


def reader_engine(path: Path) -> Engine:
    """A read-only engine: every question sees one state of the archive.

    Where nobody writes and this process may not, the file is taken as it is: SQLite would want to
    make its `-shm` beside it, which a read-only disk refuses.
    """
    is_alone = not os.access(path.parent, os.W_OK) and not Path(f"{path}-wal").exists()
    mode = "mode=ro&immutable=1" if is_alone else "mode=ro"
    url = f"sqlite:///file:{quote(str(path.resolve()))}?{mode}&uri=true"
    engine = create_engine(url, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def upgrade(engine: Engine, path: Path) -> None:
    """Bring the schema to this version's; an empty database gets all of it.

    Raises `SchemaMismatch` for an archive made by a newer version; that one is left untouched.
    """
    if path.is_file() and path.stat().st_size:  # the writer's pragmas would touch the file
        with translated(path), reader_engine(path).connect() as connection:
            check_schema(connection, path)
    with translated(path), engine.connect() as connection:
        current = check_schema(connection, path)
        if current == _scripts().get_current_head():
            return
        raw = connection.connection.dbapi_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.execute("PRAGMA foreign_keys=OFF")  # it does nothing inside a transaction
        with connection.begin():
            config = _alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise Damaged(
                    f"{path}: the upgrade would leave {len(broken)} rows without their parents; "
                    "nothing was changed",
                    path=str(path),
                )


def check_schema(connection: Connection, path: Path) -> str | None:
    """The archive's schema revision, None for an empty database; refuses unknown ones."""
    with connection.begin():
        current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in _scripts().walk_revisions()}
    if current is not None and current not in known:
        raise SchemaMismatch(
            f"{path} was made by a newer version of Khotin (schema {current}); "
            "upgrade Khotin, the archive is untouched",
            path=str(path),
        )
    return current


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Database errors become `StorageError`s that say what to do."""
    try:
        yield
    except (DatabaseError, sqlite3.DatabaseError) as error:
        raise _translation(error, path) from error


def _translation(error: Exception, path: Path) -> StorageError:
    said = str(getattr(error, "orig", None) or error)
    lowered = said.lower()
    where = str(path)
    if "locked" in lowered or "busy" in lowered:
        return Locked(f"{path} is locked by another process; wait for it or stop it", path=where)
    if "readonly" in lowered or "read-only" in lowered:
        return StorageError(f"{path} is read-only; make it writable", path=where)
    if "disk is full" in lowered or "full" in lowered:
        return StorageError(f"{path}: the disk is full; free space and start again", path=where)
    if "unable to open" in lowered:
        return StorageError(f"{path} cannot be opened; look at its folder's rights", path=where)
    if "malformed" in lowered or "not a database" in lowered:
        return Damaged(f"{path} is damaged or no archive: {said}", path=where)
    if isinstance(error, OperationalError | sqlite3.OperationalError) and "i/o" in lowered:
        return StorageError(f"{path}: the disk reports an error: {said}", path=where)
    return StorageError(f"{path}: {said.splitlines()[0]}", path=where)


def _alembic_config() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_alembic_config())
