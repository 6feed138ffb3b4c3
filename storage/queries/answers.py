"""What every question starts from: a read-only look at one state of the archive."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from core.errors import StorageError
from storage.database import check_schema, reader_engine, translated

Answer = dict[str, Any]


@contextmanager
def reading(folder: Path) -> Iterator[Connection]:
    """A read-only connection that sees one state of the archive.

    Raises `StorageError` when there is no archive there or it cannot be read.
    """
    database = folder / "archive.db"
    missing = StorageError(
        f"{folder}: no archive there; `khotin crawl` makes one, --archive or KHOTIN_ARCHIVE "
        "name another folder",
        path=str(folder),
    )
    if not database.is_file():
        raise missing
    engine = reader_engine(database)
    try:
        with translated(database), engine.connect() as connection:
            if check_schema(connection, database) is None:
                raise missing  # the first start died before it had made one
            yield connection
    finally:
        engine.dispose()


def rows_of(connection: Connection, query: Any) -> list[Answer]:
    """The rows of a query as plain dictionaries."""
    return [dict(row._mapping) for row in connection.execute(query)]
