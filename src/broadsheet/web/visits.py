"""Who is looking: one small object per request, read from the database only when a page asks."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings as django
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from broadsheet.config import current
from broadsheet.readers import roles, service, tokens
from broadsheet.readers.models import ApiToken, Reader
from broadsheet.readers.settings import ReadingSettings

from . import access, known, proxies

if TYPE_CHECKING:
    from broadsheet.readers.accounts.models import Account


class Visit:
    """The visitor of one request.

    ``personal``: pages may differ from everybody's (local mode, a known reader, the keeper), so they are private
    and may carry a token; anonymous pages are the same for all and cacheable whole.
    ``bearer``: the request brought an API token, and nothing but that token counts: no cookie, no local mode.
    ``secret``: it came by the secret path for programs, which reads as a member does.
    """

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        scheme, _, given = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        self.bearer = given.strip() if scheme.lower() == "bearer" else ""
        self.secret = bool(request.META.get(proxies.BY_PATH))
        self.local = not self.bearer and not self.secret and access.is_local(request)

    @cached_property
    def token(self) -> ApiToken | None:
        """The live API token that the request brought."""
        return tokens.find(self.bearer, timezone.now()) if self.bearer else None

    @cached_property
    def account(self) -> Account | None:
        """Who is signed in: by the header of a trusted proxy, else by session. No cookie of one, no query."""
        if self.local or self.bearer or self.secret:
            return None
        if told := proxies.named(self._request):
            from broadsheet.readers.accounts import headers

            return headers.account_of(told, timezone.now())
        key = self._request.COOKIES.get(django.SESSION_COOKIE_NAME, "")
        if not key:
            return None
        from broadsheet.readers.accounts import sessions

        known_one = sessions.account_of(key)
        if known_one is not None:
            return known_one
        user: Any = self._request.user
        return user if user.is_authenticated else None

    @cached_property
    def key(self) -> str:
        """The key in the cookie of a browser without an account."""
        if self.local or self.bearer or self.secret or self.account is not None:
            return ""
        return access.reader_key(self._request)

    @property
    def personal(self) -> bool:
        """Whether the page may differ from the anonymous one."""
        return (
            self.local or bool(self.bearer) or self.secret or self.account is not None or bool(self.key) or self.keeper
        )

    @property
    def audience(self) -> tuple[object, ...]:
        """Who shares pages with this visitor: everybody anonymous, else nobody but the same reader in the same role."""
        if not self.personal:
            return ()
        return (
            self.local,
            self.keeper,
            self.member,
            self.secret,
            self.token.pk if self.token else 0,
            self.reader.pk if self.reader is not None else 0,
        )

    @cached_property
    def keeper(self) -> bool:
        """Whether this browser may choose for the site: local mode, an administrator, or who gave the set-up code."""
        if self.local:
            return True
        if self.bearer or self.secret:
            return self.token is not None and self.can("administer")
        if self.account is not None:
            return self.can("administer")
        return access.is_keeper(self._request)

    @cached_property
    def reader(self) -> Reader | None:
        """The reader's row, None before the first act."""
        looks = self._request.method in {"GET", "HEAD"}
        if self.local:
            return known.row("local", service.local_reader) if looks else service.local_reader()
        if self.token is not None:
            # A token that may not act is nobody in particular when it looks: marks, lists and acts stay its owner's.
            own = not looks or roles.within(self.token.scopes, "keep")
            return self.token.reader if own else None
        if self.account is not None:
            return self.account.reader
        if not self.key:
            return None
        return known.row(self.key, lambda: service.find(self.key)) if looks else service.find(self.key)

    def can(self, capability: str) -> bool:
        """Whether this visitor may (``readers/roles.py``); with a token, whether its scopes reach that far too."""
        private = current().privacy == "members"
        if self.secret:
            return capability in {"read", "see_members_text"}
        if self.bearer:
            return (
                self.token is not None
                and roles.within(self.token.scopes, capability)
                and roles.can(self.token.reader, capability, local=False, private=private)
            )
        if roles.can(self.reader, capability, local=self.local, private=private):
            return True
        # Between the set-up code and the first administrator's account.
        by_code = self.account is None and capability in {"read", "see_members_text", "administer"}
        return by_code and self.keeper

    @cached_property
    def settings(self) -> ReadingSettings:
        """The reader's settings; defaults for everybody else."""
        return service.settings_of(self.reader)

    @property
    def member(self) -> bool:
        """Whether members-only abstracts may be shown."""
        return self.can("see_members_text")

    def ensure_reader(self, response: HttpResponse | None, now: datetime) -> Reader:
        """The reader's row, made now if this is the first act; the cookie goes on ``response``."""
        reader = self.reader
        if reader is None:
            reader = service.make(now, local=self.local)
            self.__dict__["reader"] = reader
            self.__dict__.pop("settings", None)
        if response is not None and not self.local and reader.joined_at is None and reader.key != self.key:
            access.remember_reader(response, self._request, reader.key)
        return reader


def visit_of(request: HttpRequest) -> Visit:
    """The visitor of this request (set by ``ReaderMiddleware``; made here where no middleware ran)."""
    visit = getattr(request, "visit", None)
    if not isinstance(visit, Visit):
        visit = Visit(request)
        request.visit = visit  # type: ignore[attr-defined]
    return visit
