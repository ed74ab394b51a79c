"""Write a row whether or not it is there already, on any database."""

from typing import Any

from sqlalchemy import Connection, Table, and_


def upsert(connection: Connection, table: Table, key: dict[str, Any], values: dict[str, Any]) -> None:
    """Set `values` in the row named by `key`; add it where there is none. One writer at a time is given by the transaction."""
    named = and_(*(table.c[column] == value for column, value in key.items()))
    if connection.execute(table.update().where(named).values(**values)).rowcount == 0:
        connection.execute(table.insert().values(**key, **values))
