"""Mail about what a page shows: what a subscription is about by kind and value, and the form beside the feed link."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from ..digest import subscriptions as service
from ..digest.alerts.service import KINDS as ALERTS
from ..digest.models import Subscription
from ..digest.subscriptions import About
from ..readers import collections, streams
from ..readers.models import Reader
from ..text import folding
from . import rendering
from .visits import visit_of

LONGEST = 400  # letters of what a mail is about


@dataclass(frozen=True, slots=True)
class Offer:
    """What ``by_mail.jinja`` shows. ``sends``: a mail server is set; ``address``: of the visitor's own account;
    ``have``: the key of the subscription that the visitor has already; ``weekly``: the mail of a week."""

    about: About
    sends: bool
    address: str = ""
    have: str = ""
    weekly: bool = False

    @property
    def alerts(self) -> bool:
        """Whether there are alerts about it too."""
        return self.about.kind in ALERTS

    @property
    def query(self) -> str:
        """What follows the addresses of the form and of the preview."""
        return self.about.query("weekly" if self.weekly else "")


def offer(request: HttpRequest, kind: str, value: str = "", label: str = "", *, weekly: bool = False) -> Offer:
    """The form for what a page shows; no query for strangers, one for members."""
    visit = visit_of(request)
    about = About(kind, _folded(kind, value), label or value)
    address = visit.account.email if visit.account is not None else ""
    have = service.key_of(visit.reader, about) if visit.account is not None or visit.local else ""
    return Offer(about, rendering.sends_mail(), address, have, weekly)


def about_of(kind: str, value: str, reader: Reader | None) -> About:
    """What is asked for, with its name as it stands in the catalogue. Raises Http404 for what there is not.

    Streams and collections: the reader's own and shared ones; others' are secret.
    """
    kind, value = kind or "site", " ".join(value.replace("\0", " ").split())
    if kind == "site":
        return About()
    if kind == "foryou" and reader is not None:
        return About(kind)
    if kind not in (*service.OPEN_KINDS, *service.OWN_KINDS) or not (0 < len(value) <= LONGEST):
        raise Http404(_("No mail is about this."))
    if kind == "search":
        return About(kind, value, value)
    if kind in {"stream", "collection"}:
        found = (streams if kind == "stream" else collections).visible(reader, value[:20])
        if found is None:
            raise Http404(_("No mail is about this."))
        return About(kind, found.key, found.name)
    return _named(kind, value)


def _named(kind: str, value: str) -> About:
    """A topic, category, name or organisation that papers carry. Raises Http404."""
    from .views import author, organisation, topic

    if kind in {"topic", "category"}:
        kind, name, _ = topic.rows_of(value)
        return About(kind, name if kind == "category" else folding.slug(value), name)
    name = author.rows_of(value)[0] if kind == "author" else organisation.rows_of(value)[0]
    return About(kind, _folded(kind, value), name)


def _folded(kind: str, value: str) -> str:
    """The form that is looked up, one for all spellings."""
    return folding.slug(value) if kind in {"topic", "author", "organisation"} else value


def known_to(found: Subscription) -> About:
    """What a subscription is about."""
    return About(found.kind, found.value, found.label)
