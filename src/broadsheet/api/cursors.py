"""Cursors: where a list goes on. Opaque to programs; a damaged one, or one of another list, is refused."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

import orjson

from . import problems

Value = str | int | float | None


def write(kind: str, values: Sequence[Value]) -> str:
    """The cursor of a list of this ``kind`` after the item with these ``values`` of its order."""
    return base64.urlsafe_b64encode(orjson.dumps([kind, *values])).decode().rstrip("=")


def read(kind: str, cursor: str, shape: Sequence[type]) -> list[Value]:
    """The values of a cursor, of these types. Raises Problem 400."""
    try:
        found = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        found = None
    if not isinstance(found, list) or len(found) != len(shape) + 1 or found[0] != kind or not all(
            type(value) is wanted for value, wanted in zip(found[1:], shape, strict=True)):
        raise problems.parameter("cursor", "one that this list gave; begin again without it")
    if any(isinstance(value, int) and not 0 <= value < 2**62 for value in found[1:]):
        raise problems.parameter("cursor", "one that this list gave; begin again without it")
    if any(isinstance(value, str) and "\0" in value for value in found[1:]):
        raise problems.parameter("cursor", "one that this list gave; begin again without it")
    return found[1:]
