"""What inbox, outbox and contacts have in common: rows that are put in once and claimed once."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection


def insert_once(connection: Connection, table: sa.Table, row: dict[str, Any]) -> bool:
    """Inserts a row unless one of its unique keys is taken.

    Args:
        connection: In a transaction.
        table: The table.
        row: Values by column.

    Returns:
        Whether it is new.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert = dialect.insert(table).values(row).on_conflict_do_nothing()
    return bool(connection.execute(insert).rowcount)


def first_in_line(table: sa.Table, ready: Any, unfinished: Any) -> Any:
    """Selects the oldest ready row before which nothing of its conversation is unfinished.

    Args:
        table: With the columns `id` and `conversation`.
        ready: Condition on the table's columns.
        unfinished: Makes the condition for another row of the conversation, from its alias.

    Returns:
        The query, of at most one row.
    """
    earlier = table.alias("earlier")
    blocked = (
        sa.select(earlier.c.id)
        .where(
            earlier.c.conversation == table.c.conversation,
            earlier.c.id < table.c.id,
            unfinished(earlier.c),
        )
        .exists()
    )
    return sa.select(table).where(ready, ~blocked).order_by(table.c.id).limit(1)
