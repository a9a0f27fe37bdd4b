"""Who is looking: one small object per request, read from the database only when a page asks."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from django.http import HttpRequest, HttpResponse

from broadsheet.readers import service
from broadsheet.readers.models import Reader
from broadsheet.readers.settings import ReadingSettings

from . import access


class Visit:
    """The visitor of one request.

    ``personal``: pages may differ from everybody's (local mode, a known reader, the keeper), so they are private
    and may carry a token; anonymous pages are the same for all and cacheable whole.
    """

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.local = access.is_local(request)
        self.key = access.reader_key(request) if not self.local else ""

    @property
    def personal(self) -> bool:
        """Whether the page may differ from the anonymous one."""
        return self.local or bool(self.key) or self.keeper

    @cached_property
    def keeper(self) -> bool:
        """Whether this browser may choose for the site."""
        return self.local or access.is_keeper(self._request)

    @cached_property
    def reader(self) -> Reader | None:
        """The reader's row, None before the first act."""
        if self.local:
            return service.local_reader()
        return service.find(self.key) if self.key else None

    @cached_property
    def settings(self) -> ReadingSettings:
        """The reader's settings; defaults for everybody else."""
        return service.settings_of(self.reader)

    @property
    def member(self) -> bool:
        """Whether members-only abstracts may be shown: in local mode and to the keeper (accounts come later)."""
        return self.local or self.keeper

    def ensure_reader(self, response: HttpResponse | None, now: datetime) -> Reader:
        """The reader's row, made now if this is the first act; the cookie goes on ``response``."""
        reader = self.reader
        if reader is None:
            reader = service.make(now, local=self.local)
            self.__dict__["reader"] = reader
            self.__dict__.pop("settings", None)
        if response is not None and not self.local and reader.key != self.key:
            access.remember_reader(response, self._request, reader.key)
        return reader


def visit_of(request: HttpRequest) -> Visit:
    """The visitor of this request (set by ``ReaderMiddleware``; made here where no middleware ran)."""
    visit = getattr(request, "visit", None)
    if not isinstance(visit, Visit):
        visit = Visit(request)
        request.visit = visit  # type: ignore[attr-defined]
    return visit
