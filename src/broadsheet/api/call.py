"""One request as a handler sees it: checked parameters and body, who asks, and what time it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest

from ..catalogue.models import Paper
from ..editions.service import Site
from ..readers.models import Reader
from ..web.frontpage import site_of
from ..web.visits import Visit
from . import cursors, problems
from .operations.model import Operation


@dataclass(slots=True)
class Reply:
    """An answer with a status or headers of its own."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Call:
    """``given``: parameters of path and query by name, defaults filled in; ``body``: the JSON object, checked."""

    request: HttpRequest
    visit: Visit
    operation: Operation
    given: dict[str, Any]
    body: dict[str, Any]
    now: datetime

    @property
    def today(self) -> date:
        """The site's day."""
        return self.now.date()

    @cached_property
    def site(self) -> Site:
        """What the site chose."""
        return site_of(self.request)

    @cached_property
    def paper(self) -> Paper:
        """The live paper that the path names, by any of its names; raises Problem 404."""
        return self.named(str(self.given["paper"]))

    def named(self, name: str) -> Paper:
        """A live paper by any name; raises Problem 404."""
        from ..web.views.paper import look_up

        try:
            return look_up(name)[0]
        except Http404 as missing:
            raise problems.not_found(f"No paper is called {name[:200]!r} here.") from missing

    @cached_property
    def reader(self) -> Reader:
        """The reader who acts; made now in local mode if this is the first act."""
        return self.visit.ensure_reader(None, self.now)

    @property
    def known(self) -> Reader | None:
        """The reader's row, None before the first act; for what is only looked at."""
        return self.visit.reader

    @property
    def limit(self) -> int:
        """How many items at most."""
        return int(self.given["limit"])

    def cursor(self, *shape: type) -> list[Any] | None:
        """Values of the cursor, None for the first page."""
        text = self.given.get("cursor")
        return cursors.read(self.operation.name, text, shape) if text else None

    def next(self, *values: Any) -> str:
        """The cursor after the item with these values."""
        return cursors.write(self.operation.name, values)

    def offset(self, most: int) -> int:
        """How many items were shown already, for lists whose order is worked out anew."""
        found = self.cursor(int)
        return min(int(found[0]), most) if found else 0
