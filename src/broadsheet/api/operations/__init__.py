"""The one table of operations."""

from __future__ import annotations

from .acting import ACTING
from .alerting import ALERTING
from .house import HOUSE
from .model import Operation
from .reading import READING

OPERATIONS: tuple[Operation, ...] = (*READING, *ACTING, *ALERTING, *HOUSE)


def by_path() -> dict[str, dict[str, Operation]]:
    """Operations by path and method; longer paths first, since a paper's name may hold slashes."""
    found: dict[str, dict[str, Operation]] = {}
    for operation in OPERATIONS:
        assert operation.method not in found.get(operation.path, {}), operation.path
        found.setdefault(operation.path, {})[operation.method] = operation
    return dict(sorted(found.items(), key=lambda item: -item[0].count("/")))
