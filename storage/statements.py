"""The plain statements of the writer, each made once.

Making a statement costs more than running it: of the writer's time four fifths went there. So what
differs between two visits is a parameter, and the statement for a table and its columns is kept.
Conditions are equalities; a value of None asks for NULL.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

Values = Mapping[str, Any]
_Shape = tuple[tuple[str, bool], ...]  # column, whether it must be NULL


def insert_for(connection: Connection, table: Table) -> Any:
    """An `INSERT` that knows `ON CONFLICT`, for this connection's engine."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def add(connection: Connection, table: Table, row: Values) -> None:
    """Insert one row."""
    connection.execute(_insert(table, False), dict(row))


def add_for_id(connection: Connection, table: Table, row: Values) -> int:
    """Insert one row; its id."""
    new_id: int = connection.execute(_insert(table, True), dict(row)).scalar_one()
    return new_id


def change(connection: Connection, table: Table, where: Values, values: Values) -> int:
    """Update the rows where all columns are so; how many there were."""
    statement = _update(table, _shape(where))
    return connection.execute(statement, _wanted(where) | dict(values)).rowcount


def find_all(
    connection: Connection, table: Table, where: Values, order: tuple[str, ...] = ()
) -> list[Row[Any]]:
    """The rows where all columns are so; `order` names columns, `-` before one turns it round."""
    statement = _select(table, _shape(where), order, False)
    return list(connection.execute(statement, _wanted(where)).all())


def find_first(
    connection: Connection, table: Table, where: Values, order: tuple[str, ...] = ()
) -> Row[Any] | None:
    """The first of `find_all`, None when there is none."""
    statement = _select(table, _shape(where), order, True)
    return connection.execute(statement, _wanted(where)).first()


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
def _insert(table: Table, has_id: bool) -> Any:
    return insert(table).returning(table.c.id) if has_id else insert(table)


@cache
def _update(table: Table, shape: _Shape) -> Any:
    return update(table).where(*_conditions(table, shape))


@cache
def _select(table: Table, shape: _Shape, order: tuple[str, ...], is_first: bool) -> Any:
    columns = [
        table.c[name[1:]].desc() if name.startswith("-") else table.c[name] for name in order
    ]
    query = select(table).where(*_conditions(table, shape)).order_by(*columns)
    return query.limit(1) if is_first else query
