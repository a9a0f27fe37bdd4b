"""An account adopts the browser's reader at sign-in: marks and whatever else it has move, doubles become one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, UniqueConstraint
from django.http import HttpRequest
from django.utils import timezone

from broadsheet.readers import naming, service, votes
from broadsheet.readers.models import Reader, Vote

from .models import Account


def listen() -> None:
    """Connect to the sign-ins of django-allauth."""
    from allauth.account.signals import user_logged_in

    user_logged_in.connect(_on_sign_in, dispatch_uid="broadsheet.adoption")


def _on_sign_in(sender: Any, request: HttpRequest, user: Account, **_: Any) -> None:
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    key = getattr(getattr(request, "visit", None), "key", "")
    adopt(user, service.find(key) if key else None, now)


def adopt(account: Account, found: Reader | None, now: datetime) -> Reader:
    """The account's reader, made or adopted now; ``found`` is the browser's reader, which ends in it.

    A reader of another account, or the local one, is never taken. The key changes, so that the browser's cookie
    (or a copy of it) opens nothing afterwards. Repeated, it changes nothing more.
    """
    with transaction.atomic():
        account = Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
        own = account.reader
        if found is not None and (found.local or found.joined_at is not None):
            found = None
        if own is None:
            own = found or service.make(now)
            own.key, own.joined_at = service.new_key(), now
            own.save(update_fields=["key", "joined_at"])
            if not own.name:
                name_it(own, account.email.partition("@")[0])
            account.reader = own
            account.save(update_fields=["reader"])
        elif found is not None:
            _merge(found, own, now)
    return own


def name_it(reader: Reader, wanted: str) -> None:
    """Give the reader this name or, where another's looks like it, the nearest with a number."""
    naming.give(reader, wanted)


def _merge(gone: Reader, own: Reader, now: datetime) -> None:
    """Move every row of ``gone`` to ``own``, but those that ``own`` has already; then ``gone`` ends."""
    voted = list(Vote.objects.filter(reader=gone).values_list("paper_id", flat=True))
    for relation in Reader._meta.related_objects:
        model: type[Model] = relation.related_model
        name = relation.field.name
        if model is Account:
            continue
        rows = model._default_manager.filter(**{name: gone})
        for fields in _unique_with(model, name):
            same = model._default_manager.filter(**{name: own, **{one: OuterRef(one) for one in fields}})
            rows.filter(Exists(same)).delete()
        rows.update(**{name: own})
    if not own.settings and gone.settings:
        own.settings = gone.settings
        own.save(update_fields=["settings"])
    gone.delete()
    for paper in voted:
        votes.reweigh(own, paper, now)
        votes.recount(paper, now)


def _unique_with(model: type[Model], name: str) -> list[list[str]]:
    """For each unique constraint with the reader in it, the other fields."""
    return [
        [one for one in constraint.fields if one != name]
        for constraint in model._meta.constraints
        if isinstance(constraint, UniqueConstraint) and name in constraint.fields
    ]
