"""What rows are made of, alike on SQLite and PostgreSQL: the declarative base, column types, names of constraints, the mark
that a column holds personal data.

Finding one row that must be there, or rows of several kinds in one statement, and moving one among its siblings.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import Any, ClassVar, Final, NamedTuple, Protocol, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Dialect,
    Enum as EnumType,
    ForeignKey,
    Index,
    MetaData,
    Select,
    String,
    and_,
    delete,
    event,
    insert,
    literal_column,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.sql.base import ExecutableOption
from sqlalchemy.types import TypeDecorator

from eventreg.kernel.errors import NotFound

#: Every constraint has a predictable name: migrations drop it by name, and refusals are mapped from it.
NAMING_CONVENTION: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

#: `mapped_column(info=PERSONAL)`: the column can hold what belongs to a person, so erasure must reach it.
PERSONAL: Final = {"personal": True}
#: `mapped_column(info=NOT_PERSONAL)`: it was looked at, and it cannot.
NOT_PERSONAL: Final = {"personal": False}


class Unnumbered(DeclarativeBase):
    """Base of the models whose rows have another key than a number. Columns of text, JSON and bytes say in their `info`
    whether they are personal."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    #: what the audit trail calls a row of this model, in entries that stay for ever; empty: nothing is noted of it. Such a
    #: model has an `event_id`, which is None where its rows belong to the instance.
    audited_as: ClassVar[str] = ""


class Base(Unnumbered):
    """Base of all other models: their rows are numbered."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-2)


class OfEvent(Base):
    """Base of the models whose rows belong to an event and go with it, found by an index that begins with it."""

    __abstract__ = True

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), sort_order=-1)


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Return an index over those rows alone for which `where` holds.

    To name the databases here would load the dialects of both into every process: see `add_conditions`.
    """
    return Index(name, *columns, unique=unique, info={"where": where})


#: in a table's arguments: no id is given again, which SQLite does with the highest once its row is gone. As of partial indexes,
#: the database is named to the table only when it is made
KEEPS_IDS: Final = {"info": {"keeps_ids": True}}


def add_conditions(*dialects: str) -> None:
    """Tell the tables that are known, and their partial indexes, what these databases call what was asked of them."""
    for table in Base.metadata.tables.values():
        if "sqlite" in dialects and table.info.get("keeps_ids"):
            table.dialect_options["sqlite"]["autoincrement"] = True
        for index in table.indexes:
            if (condition := index.info.get("where")) is not None:
                for dialect in dialects:
                    index.dialect_options[dialect]["where"] = text(condition)


@event.listens_for(Base.metadata, "before_create")
def _before_tables_are_made(_metadata: MetaData, connection: Connection, **_: Any) -> None:
    add_conditions(connection.dialect.name)


db = SQLAlchemy(model_class=Unnumbered, session_options={"expire_on_commit": False})


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC. A naive datetime is refused (ValueError) rather than guessed at."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime has no place in the database: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Localized(TypeDecorator[dict[str, str]]):
    """Text by language, as JSON: `{"es": "…", "en": "…"}`. Replace the whole mapping to change it."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else {str(key): str(text) for key, text in value.items()}


def choice_column(choices: type[Enum], name: str) -> EnumType:
    """A text column that holds the values of an enum, with a named CHECK constraint on both databases."""
    return EnumType(
        choices,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda kind: [member.value for member in kind],
    )


def folded_column(length: int) -> String:
    """Return the type of a text that was folded: compared sign by sign, on both databases alike."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


Row = TypeVar("Row", bound=Unnumbered)
Thing = TypeVar("Thing")


def get_of_event(model: type[Row], event_id: int, options: Sequence[ExecutableOption] = (), /, **by: Any) -> Row:
    """Return the row of this event whose columns are `by`, as `public_id=…`. Raises NotFound, also for another event's."""
    return found(db.session.scalar(select(model).filter_by(event_id=event_id, **by).options(*options)))


def insert_rows(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows that all have the same columns, by one statement, in the caller's transaction.

    As rows of the table, not as records: the session's own bookkeeping takes longer than the statement.
    """
    db.session.execute(insert(Base.metadata.tables[model.__tablename__]), rows)


def change_rows(model: type[Any], /, *where: Any, **values: Any) -> None:
    """Set columns of the rows for which all this holds, by one statement, in the caller's transaction.

    What the session has read of them stays as it was.
    """
    changed = update(model).where(*where).values(values)
    db.session.execute(changed.execution_options(synchronize_session=False))


def delete_rows(model: type[Any], /, *where: Any) -> int:
    """Delete the rows for which all this holds, as `change_rows` changes them; return how many there were."""
    gone: Any = db.session.execute(delete(model).where(*where).execution_options(synchronize_session=False))
    number: int = gone.rowcount
    return number


def found(thing: Thing | None) -> Thing:
    """Return what was looked for. Raises NotFound for nothing."""
    if thing is None:
        raise NotFound
    return thing


class Part(NamedTuple):
    """Rows of one kind: what is selected, of which the first is never empty; tables, each with its condition; the order.

    A table stands in one part alone, under one name.
    """

    what: Sequence[Any]
    joined: Sequence[tuple[Any, Any]]
    order: Sequence[Any] = ()
    #: how entities are loaded
    options: Sequence[Any] = ()


def read_together(*parts: Part) -> list[list[Any]]:
    """Return the rows of each part, an entity or a value alone as itself: one statement."""
    found: list[list[Any]] = [[] for _ in parts]
    for number, *row in db.session.execute(_statement(parts)):
        begin = sum(len(part.what) for part in parts[:number])
        values = row[begin : begin + len(parts[number].what)]
        if values[0] is not None:
            found[number].append(values[0] if len(values) == 1 else tuple(values))
    return found


def _statement(parts: Sequence[Part]) -> Select[Any]:
    """Return the numbers of the parts, each joined with the tables of its own part and with no others."""
    numbers = union_all(*(select(literal_column(str(number)).label("part")) for number in range(len(parts)))).subquery()
    part = numbers.c.part
    statement = select(part, *(each for one in parts for each in one.what)).select_from(numbers)
    for number, one in enumerate(parts):
        for table, condition in one.joined:
            statement = statement.outerjoin(table, and_(part == number, condition))
    statement = statement.options(*(each for one in parts for each in one.options))
    return statement.order_by(part, *(each for one in parts for each in one.order))


class Positioned(Protocol):
    """A row with a place among its siblings."""

    position: int


def move_in_order(siblings: Sequence[Positioned], index: int, step: int) -> bool:
    """Number `siblings` in their order, the one at `index` having changed places with its neighbour.

    `step` -1 is towards the first, 1 towards the last. False, with nothing changed, where there is no neighbour.
    """
    other = index + (1 if step > 0 else -1)
    if not 0 <= other < len(siblings):
        return False
    order = list(siblings)
    order[index], order[other] = order[other], order[index]
    for position, sibling in enumerate(order, 1):
        sibling.position = position
    return True
