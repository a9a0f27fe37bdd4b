"""Whose session a cookie names, in two plain statements: asked at each act and each page of a signed-in reader.

Django's own way composes two queries and opens the sealed session anew each time, which was two fifths of the cost of a
vote. The checks are the same (live session, right backend, active account, hash of the password); whatever does not
pass them here is left to Django, which also ends such a session.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, models
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from broadsheet.readers.models import Reader

from .models import Account

_SESSION = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class _Table(NamedTuple):
    """All columns of a model as a statement names them, and what makes values of the database the model's."""

    sql: str
    names: list[str]
    converters: list[tuple[int, Any, Any]]  # place, converter, column

    def made(self, kind: type[models.Model], row: list[Any]) -> Any:
        """One object of a row."""
        for place, convert, column in self.converters:
            row[place] = convert(row[place], column, connection)
        return kind.from_db(connection.alias, self.names, row)


@cache
def _table(kind: type[models.Model], alias: str, vendor: str) -> _Table:
    """``vendor`` tells databases apart: a process has one, tests may have two."""
    fields = kind._meta.concrete_fields
    converters = []
    for place, field in enumerate(fields):
        column = field.get_col(kind._meta.db_table)
        converters += [(place, convert, column) for convert in (
            *connection.ops.get_db_converters(column), *field.get_db_converters(connection))]
    return _Table(", ".join(f'{alias}."{field.column}"' for field in fields), [field.attname for field in fields],
                  converters)


@lru_cache(maxsize=4096)
def _opened(sealed: str) -> Mapping[str, Any]:
    """What stands in a session's row; empty when its seal is broken. A seal that was good stays good."""
    return SessionStore().decode(sealed)


def account_of(key: str) -> Account | None:
    """The account of a live session, with its reader; None for whatever Django itself has to look at."""
    if not (key.isascii() and key.isalnum()):
        return None
    with connection.cursor() as cursor:
        cursor.execute(_SESSION, [key, connection.ops.adapt_datetimefield_value(timezone.now())])
        found = cursor.fetchone()
        told = _opened(found[0]) if found else {}
        account = told.get(SESSION_KEY)
        if account is None or told.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
            return None
        mine, its = _table(Account, "a", connection.vendor), _table(Reader, "r", connection.vendor)
        cursor.execute(
            f"SELECT {mine.sql}, {its.sql} FROM {Account._meta.db_table} a JOIN {Reader._meta.db_table} r"  # noqa: S608
            " ON r.id = a.reader_id WHERE a.id = %s", [int(account)])
        row = cursor.fetchone()
    if row is None:
        return None
    made: Account = mine.made(Account, list(row[:len(mine.names)]))
    made.reader = its.made(Reader, list(row[len(mine.names):]))
    right = constant_time_compare(str(told.get(HASH_SESSION_KEY, "")), made.get_session_auth_hash())
    return made if right and made.is_active else None
