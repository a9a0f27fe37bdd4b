"""What an operation is: the row of the table that addresses, checks and the description are made from."""

from __future__ import annotations

from dataclasses import dataclass

from ..shapes import Shape, number, text

PAGE, MOST = 25, 100


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter in the query. ``shape``: what its value may be once read (numbers and flags are read from text)."""

    name: str
    shape: Shape
    what: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a program may ask or do.

    ``name``: the operationId. ``path``: below ``/api/v1``, with ``{parameters}``. ``answer``: name of the answer's
    shape, empty where there is none (204). ``does``: ``module.function`` in ``api/handlers``. ``capability``: what
    the visitor must be able to do (``readers/roles.py``). ``body``: name of the body's shape. ``known_as``: a member of
    the reader's own things only, so that a stranger must sign in even to look.
    """

    name: str
    method: str
    path: str
    tag: str
    summary: str
    answer: str
    does: str
    capability: str = "read"
    params: tuple[Param, ...] = ()
    body: str = ""
    status: int = 200
    problems: tuple[int, ...] = ()
    detail: str = ""

    @property
    def acts(self) -> bool:
        """Whether it changes something."""
        return self.method not in {"GET", "HEAD"}

    @property
    def in_path(self) -> tuple[str, ...]:
        """Names of the parameters in the path."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))


CURSOR = Param("cursor", text(400), "Where to go on: `next` of the answer before. Opaque; stays right while papers "
                                    "and comments come.")


def limit(most: int = MOST, default: int = PAGE) -> Param:
    """How many at most."""
    return Param("limit", number(1, most, default=default), "How many at most.")


PAGED = (limit(), CURSOR)
