"""The writer's own statements: what goes in comes out, and what cannot go in harms nothing else."""

import gc
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Dialect,
    Float,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    select,
)
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DatabaseError, StatementError

from core.records import Precision, Quality, When
from storage.database import writer_engine
from storage.statements import (
    Prepared,
    _Ready,
    add,
    add_for_id,
    change,
    find_all,
    find_first,
)
from storage.tables import articles
from storage.types import Instant, Json
from tests.storage.recording import (
    START,
    article,
    article_url,
    every_capture_reads_back,
    paragraphs,
    placement,
    recording,
    rows,
    unfilled,
    weather,
)

HANOI = timezone(timedelta(hours=7))
NAIVE = datetime(2026, 5, 4, 8, 0)
things = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False, unique=True),
    Column("seen_at", Instant),
    Column("given", Json),
    Column("is_open", Boolean),
    Column("valid_on", Date),
    Column("warmth_c", Float),
    Column("tries_count", Integer, nullable=False, default=3),
)
NOTHING = dict.fromkeys(("seen_at", "given", "is_open", "valid_on", "warmth_c"))


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """The writer's connection to a database with that table."""
    engine = writer_engine(tmp_path / "things.db")
    things.metadata.create_all(engine)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def names(connection: Connection) -> list[str]:
    """The names of all rows, in the order they were added."""
    return [row.name for row in find_all(connection, things, {}, ("id",))]


# --- there and back ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("seen_at", datetime(2026, 5, 4, 1, 2, 3, 456789, tzinfo=UTC)),
        ("seen_at", datetime(2026, 5, 4, tzinfo=UTC)),
        ("seen_at", None),
        ("given", {"tên": "Đường Lâm", "số": [1, 2.5, None, True]}),
        ("given", []),
        ("given", ""),
        ("given", 0),
        ("given", False),
        ("given", "a \0 b"),
        ("given", None),
        ("is_open", True),
        ("is_open", False),
        ("is_open", None),
        ("valid_on", date(2026, 2, 28)),
        ("valid_on", None),
        ("warmth_c", -0.1),
        ("warmth_c", 29.0),
        ("warmth_c", None),
        ("tries_count", 2**53 + 1),
    ],
)
def test_a_value_comes_back_as_it_was_given(
    connection: Connection, column: str, value: object
) -> None:
    """Equal and of the same type, through an insert, an update and a question."""
    add(connection, things, {"name": "inserted", column: value})
    add(connection, things, {"name": "updated"})
    change(connection, things, {"name": "updated"}, {column: value})
    for row in find_all(connection, things, {}):
        found = getattr(row, column)
        assert found == value
        assert type(found) is type(value)


def test_an_instant_of_another_zone_comes_back_in_utc(connection: Connection) -> None:
    """It is the same moment, and is found by any of its names."""
    add(connection, things, {"name": "a", "seen_at": datetime(2026, 5, 4, 8, 0, tzinfo=HANOI)})
    row = find_first(connection, things, {"seen_at": datetime(2026, 5, 4, 1, 0, tzinfo=UTC)})
    assert row is not None
    assert row.seen_at == START
    assert row.seen_at.tzinfo is UTC


def test_columns_that_are_not_given_have_their_defaults(connection: Connection) -> None:
    """The schema's own value where it has one, else NULL."""
    add(connection, things, {"name": "a"})
    row = find_first(connection, things, {"name": "a"})
    assert row is not None
    assert row._asdict() == {"id": 1, "name": "a", "tries_count": 3} | NOTHING


def test_a_new_rows_id_is_given_back(connection: Connection) -> None:
    """It is the row's, and another one for each."""
    ids = {name: add_for_id(connection, things, {"name": name}) for name in "ab"}
    assert {row.name: row.id for row in find_all(connection, things, {})} == ids
    assert ids["a"] != ids["b"]


def test_rows_are_found_by_all_conditions_and_in_order(connection: Connection) -> None:
    """None asks for NULL, `-` turns the order round, and the first is the first of it."""
    for name, tries, is_open in (("a", 1, None), ("b", 2, None), ("c", 3, True), ("d", 2, None)):
        add(connection, things, {"name": name, "tries_count": tries, "is_open": is_open})

    def found(where: dict[str, Any], *order: str) -> list[str]:
        return [row.name for row in find_all(connection, things, where, order)]

    assert found({"is_open": None}, "-tries_count", "name") == ["b", "d", "a"]
    assert found({"is_open": None, "tries_count": 2}, "-name") == ["d", "b"]
    assert found({"is_open": True}) == ["c"]
    first = find_first(connection, things, {"is_open": None}, ("-tries_count", "-name"))
    assert first is not None
    assert first.name == "d"
    assert find_first(connection, things, {"tries_count": 9}) is None


def test_a_change_tells_how_many_rows_there_were(connection: Connection) -> None:
    """Also where the column that is asked for is the one that changes."""
    for name in "abc":
        add(connection, things, {"name": name, "tries_count": 1})
    assert change(connection, things, {"name": "a"}, {"is_open": True}) == 1
    assert change(connection, things, {"is_open": None}, {"warmth_c": 1.5}) == 2
    assert change(connection, things, {"tries_count": 1}, {"tries_count": 2}) == 3
    assert change(connection, things, {"tries_count": 1}, {"tries_count": 5}) == 0


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["a \0 b", "\0", "end\0"])
def test_a_text_with_a_nul_is_refused_before_it_is_written(
    connection: Connection, text: str
) -> None:
    """SQLite would take it and cut it in many places; the engines must refuse alike."""
    add(connection, things, {"name": "before"})
    with pytest.raises(UnicodeError, match="NUL"):
        add(connection, things, {"name": text})
    with pytest.raises(UnicodeError, match="NUL"):
        change(connection, things, {"name": "before"}, {"name": text})
    with pytest.raises(UnicodeError, match="NUL"):
        find_all(connection, things, {"name": text})
    assert names(connection) == ["before"]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("seen_at", NAIVE),
        ("given", {1, 2}),
        ("is_open", "perhaps"),
        ("valid_on", "2026-05-04"),
        ("tries_count", {"a": 1}),
        ("tries_count", None),
        ("name", ["a"]),
    ],
)
def test_a_value_of_a_wrong_type_is_an_error_of_its_statement(
    connection: Connection, column: str, value: object
) -> None:
    """A known kind of error, whoever refuses; what the transaction wrote before is still there."""
    add(connection, things, {"name": "before"})
    with pytest.raises(StatementError):  # the database's own refusals are such errors, too
        add(connection, things, {"name": "wrong"} | {column: value})
    add(connection, things, {"name": "after"})
    connection.commit()
    assert names(connection) == ["before", "after"]


def test_a_row_that_is_there_already_is_refused_with_the_drivers_words(
    connection: Connection,
) -> None:
    """The error names the constraint, and what caused it stays attached."""
    add(connection, things, {"name": "a"})
    with pytest.raises(DatabaseError, match=r"things\.name") as caught:
        add(connection, things, {"name": "a"})
    assert type(caught.value.orig).__name__ == "IntegrityError"
    assert names(connection) == ["a"]


def test_a_visit_with_a_value_of_a_wrong_type_is_refused_alone(tmp_path: Path) -> None:
    """A publish time without a zone is our mistake: its group is kept, and the archive goes on."""
    naive = When(at=NAIVE, precision=Precision.MINUTE, text="08:00", on=NAIVE.date())
    with recording(tmp_path) as portal:
        waiting = []
        for native_id, more in (("1", {}), ("2", {"published": naive}), ("3", {})):
            found = article(native_id=native_id, url=article_url(native_id), **more)
            record = portal.record_of(*portal.article_page(found))
            waiting.append(portal.archive.record(record))
        portal.archive.run(lambda _: None)
        reports = [each.result(timeout=10) for each in waiting]
        after = portal.shows(article(native_id="4", url=article_url("4")))
        assert every_capture_reads_back(tmp_path) == 4
    assert [each.quality for each in reports] == [Quality.OK, Quality.UNSTORABLE, Quality.OK]
    assert after.quality is Quality.OK
    assert {row.native_id for row in rows(tmp_path, articles.select())} == {"1", "3", "4"}


# --- transactions --------------------------------------------------------------------------------


def test_what_a_transaction_wrote_is_gone_when_it_is_rolled_back(connection: Connection) -> None:
    """All of it: rows, changes; and the next one begins as if it had not been."""
    add(connection, things, {"name": "a"})
    connection.commit()
    add(connection, things, {"name": "b"})
    change(connection, things, {"name": "a"}, {"tries_count": 9})
    connection.rollback()
    assert [(row.name, row.tries_count) for row in find_all(connection, things, {})] == [("a", 3)]
    add(connection, things, {"name": "c"})
    connection.commit()
    assert names(connection) == ["a", "c"]


def test_a_savepoint_is_rolled_back_alone(connection: Connection) -> None:
    """A visit that is refused takes nothing of its group with it."""
    with connection.begin():
        add(connection, things, {"name": "first"})
        savepoint = connection.begin_nested()
        add(connection, things, {"name": "second"})
        with pytest.raises(DatabaseError):
            add(connection, things, {"name": "first"})
        savepoint.rollback()
        add(connection, things, {"name": "third"})
    assert names(connection) == ["first", "third"]


def test_a_look_sees_what_is_committed_and_begins_nothing(tmp_path: Path) -> None:
    """A second connection looks while the first one writes, and holds nobody up."""
    look_up = Prepared(select(things).where(things.c.name == bindparam("at_name")))
    engine = writer_engine(tmp_path / "things.db")
    things.metadata.create_all(engine)
    with engine.connect() as writer, engine.connect() as reader:
        add(writer, things, {"name": "a", "seen_at": START})
        assert look_up.look(reader, {"at_name": "a"}) == []
        writer.commit()
        (row,) = look_up.look(reader, {"at_name": "a"})
        assert (row.name, row.seen_at) == ("a", START)
        assert not reader.in_transaction()
        add(writer, things, {"name": "b"})  # nothing of the look is in the way
        writer.commit()
    engine.dispose()


# --- two engines ---------------------------------------------------------------------------------


def every_statement(folder: Path) -> list[Prepared]:
    """What the writer has prepared after a bit of everything."""
    with recording(folder) as portal:
        portal.shows(article(), views=5, weather=(weather(), unfilled("Sơn Tây")))
        portal.next_cycle()
        portal.shows(article(blocks=paragraphs("Một câu khác.")), views=9)
        portal.shows(article(native_id="2", url=article_url("2")))
        portal.lists(placement(1, "1"), placement(2, "2"), next_url=f"{article_url('3')}?p=2")
        portal.answers(304)
        portal.leads_home()
        for _ in range(3):
            portal.next_cycle()
            portal.answers(404)
        portal.is_silent()
    # They lie in caches that cannot be asked for what they hold.
    found = [each for each in gc.get_objects() if isinstance(each, Prepared)]
    return [each for each in found if "things" not in str(each._statement)]


def ready_for(dialect: Dialect, statement: Prepared) -> _Ready:
    """The statement as that engine would be given it."""
    on_engine: Any = SimpleNamespace(dialect=dialect)
    return _Ready(statement._statement, on_engine)


def columns_of(ready: _Ready, count: int) -> tuple[str, ...]:
    """The names in a row that the statement returns."""
    fields: tuple[str, ...] = ready.rows([[None] * count])[0]._fields
    return fields


def test_every_statement_of_the_writer_is_one_for_psycopg_too(tmp_path: Path) -> None:
    """It compiles whole, names each of its values, and returns the same columns."""
    statements = every_statement(tmp_path)
    assert len(statements) > 40
    for statement in statements:
        here = ready_for(SQLiteDialect_pysqlite(), statement)
        there = ready_for(PGDialect_psycopg(), statement)
        assert "POSTCOMPILE" not in there.sql
        assert not re.search(r"%(?!\()", there.sql), there.sql  # psycopg would take it for a value
        named = set(re.findall(r"%\((\w+)\)s", there.sql))
        given = there.parameters(dict.fromkeys(named))
        assert isinstance(given, dict)
        assert set(given) == named
        count = len(statement._statement.exported_columns)  # type: ignore[attr-defined]
        if count:
            assert columns_of(here, count) == columns_of(there, count)


def test_values_go_to_psycopg_as_it_takes_them() -> None:
    """Instants in UTC and dates as they are, JSON as the same text as on SQLite."""
    values = {
        "name": "a",
        "seen_at": datetime(2026, 5, 4, 8, 0, tzinfo=HANOI),
        "given": {"b": 1, "a": "Đường"},
        "is_open": True,
        "valid_on": date(2026, 5, 4),
        "warmth_c": 29.5,
        "tries_count": 1,
    }
    statement = Prepared(things.insert().values({name: bindparam(name) for name in values}))
    given = ready_for(PGDialect_psycopg(), statement).parameters(values)
    assert given == values | {"seen_at": START, "given": '{"a":"Đường","b":1}'}
