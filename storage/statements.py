"""The plain statements of the writer, each made once.

Making a statement, and carrying it through SQLAlchemy's layers, costs five times what running it
does. So what differs between two visits is a parameter, each statement is turned into SQL once for
an engine, and inside a transaction it goes straight to the driver with the types' own conversions.
Conditions are equalities; a value of None asks for NULL.
"""

from collections import namedtuple
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    Float,
    Table,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DatabaseError, StatementError

Values = Mapping[str, Any]
Row = Any  # a named tuple of the statement's columns
_Shape = tuple[tuple[str, bool], ...]  # column, whether it must be NULL


def insert_for(connection: Connection, table: Table) -> Any:
    """An `INSERT` that knows `ON CONFLICT`, for this connection's engine."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def add(connection: Connection, table: Table, row: Values) -> None:
    """Insert one row."""
    _insert(table, tuple(row), False).run(connection, row)


def add_for_id(connection: Connection, table: Table, row: Values) -> int:
    """Insert one row; its id."""
    new_id: int = _insert(table, tuple(row), True).rows(connection, row)[0].id
    return new_id


def change(connection: Connection, table: Table, where: Values, values: Values) -> int:
    """Update the rows where all columns are so; how many there were."""
    statement = _update(table, _shape(where), tuple(values))
    return statement.run(connection, _wanted(where) | dict(values))


def find_all(
    connection: Connection, table: Table, where: Values, order: tuple[str, ...] = ()
) -> list[Row]:
    """The rows where all columns are so; `order` names columns, `-` before one turns it round."""
    return _select(table, _shape(where), order, False).rows(connection, _wanted(where))


def find_first(
    connection: Connection, table: Table, where: Values, order: tuple[str, ...] = ()
) -> Row | None:
    """The first of `find_all`, None when there is none."""
    found = _select(table, _shape(where), order, True).rows(connection, _wanted(where))
    return found[0] if found else None


def refuse_nul(parameters: Sequence[Any]) -> None:
    """SQLite takes a NUL and cuts the text there in many functions; PostgreSQL takes none."""
    for value in parameters:
        if isinstance(value, str):
            if "\0" in value:
                raise UnicodeError("a text with a NUL")
        elif isinstance(value, tuple):  # one row of several
            refuse_nul(value)


# --- prepared ------------------------------------------------------------------------------------


class Prepared:
    """A statement whose parameters are plain `bindparam`s, none of them expanding."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._ready: dict[str, _Ready] = {}  # by engine

    def rows(self, connection: Connection, values: Values) -> list[Row]:
        """Run it; what it returns."""
        ready = self._ready_for(connection)
        return ready.rows(self._execute(connection, ready, values).fetchall())

    def look(self, connection: Connection, values: Values) -> list[Row]:
        """Run it outside of any transaction: what is committed at this moment."""
        ready = self._ready_for(connection)
        driver: Any = connection.connection.dbapi_connection
        return ready.rows(driver.execute(ready.sql, ready.parameters(values)).fetchall())

    def run(self, connection: Connection, values: Values) -> int:
        """Run it; how many rows it touched."""
        count: int = self._execute(connection, self._ready_for(connection), values).rowcount
        return count

    def _ready_for(self, connection: Connection) -> "_Ready":
        name = connection.dialect.name
        if name not in self._ready:
            self._ready[name] = _Ready(self._statement, connection)
        return self._ready[name]

    def _execute(self, connection: Connection, ready: "_Ready", values: Values) -> Any:
        if not connection.in_transaction():
            connection.begin()
        try:
            parameters = ready.parameters(values)
        except (ValueError, TypeError) as error:
            raise StatementError(str(error), ready.sql, None, error) from error
        refuse_nul(parameters if isinstance(parameters, tuple) else tuple(parameters.values()))
        driver: Any = connection.connection.dbapi_connection
        try:
            return driver.execute(ready.sql, parameters)
        except connection.dialect.loaded_dbapi.Error as error:
            raise DatabaseError(ready.sql, None, error) from error


class _Ready:
    """A statement as one engine's SQL, with what turns values into its words and back."""

    def __init__(self, statement: Any, connection: Connection) -> None:
        dialect = connection.dialect
        compiled = statement.compile(dialect=dialect)
        self.sql: str = compiled.string
        self._is_positional = compiled.positiontup is not None
        names = compiled.positiontup if self._is_positional else list(compiled.bind_names.values())
        types = [compiled.binds[name].type.dialect_impl(dialect) for name in names]
        self._binders = [
            (name, kind.bind_processor(dialect)) for name, kind in zip(names, types, strict=True)
        ]
        self._fixed = {  # what the statement itself says, such as a limit; the others are given
            name: compiled.binds[name].effective_value
            for name in names
            if not compiled.binds[name].required
        }
        columns = list(statement.exported_columns) if statement.is_select else _returned(statement)
        make_type: Any = namedtuple  # its names are known when the statement is
        self._make = make_type("Row", [each.name for each in columns])._make
        found = [_reader_of(each.type, dialect) for each in columns]
        self._readers = [(at, reader) for at, reader in enumerate(found) if reader is not None]

    def parameters(self, values: Values) -> tuple[Any, ...] | dict[str, Any]:
        """The values as the driver takes them."""
        given = [
            (name, binder, values[name] if name in values else self._fixed[name])
            for name, binder in self._binders
        ]
        if self._is_positional:
            return tuple(v if binder is None else binder(v) for _, binder, v in given)
        return {name: v if binder is None else binder(v) for name, binder, v in given}

    def rows(self, raw: list[Any]) -> list[Row]:
        """Rows of the driver as named tuples with our values."""
        if not self._readers:
            return [self._make(each) for each in raw]
        made = []
        for each in raw:
            values = list(each)
            for place, reader in self._readers:
                if values[place] is not None:
                    values[place] = reader(values[place])
            made.append(self._make(values))
        return made


def _reader_of(kind: Any, dialect: Dialect) -> Any:
    """What turns the driver's value into ours; None: nothing."""
    if isinstance(kind, Float):
        return None  # every driver gives one; psycopg's reader wants to know its own type first
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _returned(statement: Any) -> list[Any]:
    return list(statement.exported_columns) if statement.is_dml else []


def _shape(where: Values) -> _Shape:
    return tuple((name, value is None) for name, value in where.items())


def _wanted(where: Values) -> dict[str, Any]:
    return {f"is_{name}": value for name, value in where.items() if value is not None}


def _conditions(table: Table, shape: _Shape) -> list[ColumnElement[bool]]:
    return [
        table.c[name].is_(None)
        if is_null
        else table.c[name] == bindparam(f"is_{name}", type_=table.c[name].type)
        for name, is_null in shape
    ]


@cache
def _insert(table: Table, names: tuple[str, ...], has_id: bool) -> Prepared:
    fixed = {
        each.name: each.default.arg  # type: ignore[attr-defined]  # the schema has scalars only
        for each in table.c
        if each.default is not None and each.name not in names
    }
    made = insert(table).values(fixed | {name: bindparam(name) for name in names})
    return Prepared(made.returning(table.c.id) if has_id else made)


@cache
def _update(table: Table, shape: _Shape, names: tuple[str, ...]) -> Prepared:
    made = update(table).where(*_conditions(table, shape))
    return Prepared(made.values({name: bindparam(name) for name in names}))


@cache
def _select(table: Table, shape: _Shape, order: tuple[str, ...], is_first: bool) -> Prepared:
    columns = [
        table.c[name[1:]].desc() if name.startswith("-") else table.c[name] for name in order
    ]
    query = select(table).where(*_conditions(table, shape)).order_by(*columns)
    return Prepared(query.limit(1) if is_first else query)
