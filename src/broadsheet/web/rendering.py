"""Jinja2 for pages: the environment that settings.py names, and the few functions every template may call.

Templates hold no logic beyond if and for, and make no query: whatever they show is handed to them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.urls import reverse
from django.utils.translation import gettext as _
from jinja2 import Environment
from markupsafe import Markup, escape

from .. import languages
from ..catalogue import site as choices
from ..config import current
from ..languages import count, day_long, day_short, number
from ..readers import notifications
from ..readers import service as readers
from ..templating import teach
from ..text import latex
from ..text.typography import typeset
from . import names, watch

STATIC = Path(__file__).parent / "static"
NBSP = languages.NBSP


@lru_cache(maxsize=64)
def static(name: str, versioned: bool = True) -> str:
    """Address of a file of ours; ``?v=`` changes with its bytes, so that it may be kept for long."""
    if not versioned:
        return f"/static/{name}"
    return f"/static/{name}?v={blake2b((STATIC / name).read_bytes(), digest_size=5).hexdigest()}"


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """Address of a page by its name in ``urls.py``."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def paper_url(path: str) -> str:
    """Address of a paper's page; ``path`` is its key or what ``text.identifiers.path`` returns."""
    return f"/papers/{path}"


def theme(request: HttpRequest) -> str:
    """``light`` or ``dark`` when the reader chose one, else empty: the system decides."""
    chosen = readers.settings_of(getattr(request, "reader", None)).theme
    return chosen if chosen in {"light", "dark"} else ""


def keys_on(request: HttpRequest) -> bool:
    """Whether single keys act; a reader may turn them off (WCAG 2.1.4)."""
    return readers.settings_of(getattr(request, "reader", None)).keys


def formula_html(text: str) -> Markup:
    """Text with formulas as MathML, everything else escaped; never raw TeX."""
    return Markup(latex.to_html(text))  # noqa: S704 - escaped by text/latex.py, tested there and in tests/attack


def snippet(html: str) -> Markup:
    """A hit's snippet, safe HTML of the search, set as print like the text around it."""
    plain = html.replace("&#x27;", "'").replace("&quot;", '"')  # in text both mean the same escaped or not
    return Markup(typeset(plain))  # noqa: S704 - tags and angle brackets stay as the search escaped them


def coded(text: str) -> Markup:
    """Escaped text in which what stands between back quotes is a command: ``<code>``."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(Markup("<code>{}</code>").format(part) if index % 2 else escape(part)
                           for index, part in enumerate(parts))


_FEED_OF = (  # the page's path -> the name of its feed
    (re.compile(r"/$"), "front"), (re.compile(r"/papers/date/(\d{4}-\d\d-\d\d)$"), r"day/\1"),
    (re.compile(r"/papers/(week|month)/([\w-]+)$"), r"\1/\2"), (re.compile(r"/(trending|comments)$"), r"\1"),
    (re.compile(r"/(topics|authors|organisations)/(.+)$"), r"\1/\2"),
)


def has_feed(request: HttpRequest, name: str) -> None:
    """Say that the page has a feed of its own, which its address does not tell (a list that its owner shares)."""
    request._broadsheet_feed = name  # type: ignore[attr-defined]


def feed_of(request: HttpRequest) -> str:
    """Address of the feed of this page's list without its ending; of the front page where a page has no list."""
    if own := getattr(request, "_broadsheet_feed", ""):
        return f"/feeds/{quote(own)}"
    if request.path.startswith("/papers/date/") and request.GET.get("list"):
        return f"/feeds/list/{quote(request.GET['list'][:40])}"
    if request.path == "/search" and request.GET.get("q"):
        return "/feeds/search"
    for pattern, name in _FEED_OF:
        match = pattern.match(request.path)
        if match:
            return f"/feeds/{quote(match.expand(name))}"
    return "/feeds/front"


def feed_query(request: HttpRequest) -> str:
    """What the address of a search's feed carries."""
    return "?" + urlencode({"q": request.GET["q"]}) if request.path == "/search" and request.GET.get("q") else ""


def json_text(value: Any) -> Markup:
    """JSON that may stand inside a script element or an attribute."""
    return escape(json.dumps(value, ensure_ascii=False))


def site(request: HttpRequest) -> dict[str, Any]:
    """The choices of the site; one query per request, whatever asks."""
    found: dict[str, Any] | None = getattr(request, "_broadsheet_site", None)
    if found is None:
        at = watch.version()
        found = choices.choices() if at is None else dict(watch.house(at).choices)
        request._broadsheet_site = found  # type: ignore[attr-defined]
    return found


def know_site(request: HttpRequest, chosen: Mapping[str, Any]) -> None:
    """Hand the request the choices that were read already."""
    if not hasattr(request, "_broadsheet_site"):
        request._broadsheet_site = dict(chosen)  # type: ignore[attr-defined]


def site_name(request: HttpRequest) -> str:
    """Name of this paper as the group chose it."""
    return str(site(request).get("name") or "Broadsheet")


def group_name(request: HttpRequest) -> str:
    """Name of the group that runs the site, empty when it gave none."""
    return str(site(request).get("group") or "")


def environment(**options: Any) -> Environment:
    """The environment of all pages: everything is escaped unless it is marked as HTML."""
    # Mails are the only templates of plain text, and the only ones where nothing is escaped.
    options.update(autoescape=lambda name: not (name or "").endswith(".txt"), trim_blocks=True, lstrip_blocks=True)
    made = Environment(**options)  # noqa: S701 - autoescape is set above
    teach(made)
    made.globals.update(
        language=languages.active, languages=languages.LANGUAGES, other_languages=other_languages,
        script_words=script_words,
        door=door, duties=duties, entrance=entrance, waiting=waiting, sends_mail=sends_mail,
        url=url, static=static, theme=theme, keys_on=keys_on, paper_url=paper_url,
        site_name=site_name, group_name=group_name, feed_of=feed_of, feed_query=feed_query, count=count, number=number,
        progress=names.progress,
    )
    made.filters.update(
        number=number, day_long=day_long, day_short=day_short, formulas=formula_html, json_text=json_text,
        isoformat=_isoformat, browser=browser, exact=exact, coded=coded, snippet=snippet,
        begun=names.begun, retraction=names.retraction, role=names.role, roles=names.roles, day_plain=names.day_plain,
    )
    return made


def other_languages() -> list[tuple[str, str]]:
    """The languages that this page is not in, each with its own name."""
    now = languages.active()
    return [(key, name) for key, name in languages.LANGUAGES.items() if key != now]


def script_words() -> Markup:
    """What the script says, as JSON for a block of data, in the language of the moment."""
    return _script_words(languages.active())


@lru_cache(maxsize=16)
def _script_words(language: str) -> Markup:
    """``language`` is the active one: it is part of what is kept."""
    words = {
        "save": _("Save"), "saved": _("Saved"), "hidden": _("Hidden."), "undo": _("Undo"), "abstract": _("Abstract"),
        "lost": _("That was not kept: the site did not answer. Try again."),
        "preview": _("The preview was not renewed: the site did not answer."),
        "nothing": _("There is nothing to undo"), "undone": _("Undone"),
        "done": {
            "save": _("Saved"), "unsave": _("No longer saved"), "read": _("Marked read"), "unread": _("Marked unread"),
            "hide": _("Hidden"), "unhide": _("Shown again"), "vote": _("Voted"), "unvote": _("Vote taken back"),
            "more": _("More like this"), "unmore": _("Taken back"), "less": _("Less like this"),
            "unless": _("Taken back")},
    }
    text = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - no end of the element can stand in it


def exact(value: float) -> str:
    """A number with all its digits, as it was used: ``46``, ``0.8978``."""
    if float(value).is_integer():
        return number(value)
    return repr(float(value)).replace(".", languages.signs(languages.active())[1])


def door(request: HttpRequest) -> str:
    """What the header offers: ``out`` a way in, ``in`` the account, nothing in local mode, where nobody signs in."""
    visit = getattr(request, "visit", None)
    if visit is None or visit.local:
        return ""
    return "in" if visit.account is not None else "out"


def sends_mail() -> bool:
    """Whether this site sends mail; without a mail server it offers feeds instead."""
    return bool(current().smtp_url)


def duties(request: HttpRequest) -> tuple[tuple[str, str], ...]:
    """Pages of editors and moderators that this visitor may open: (address, name); none for everybody else."""
    visit = getattr(request, "visit", None)
    if visit is None or not (visit.local or visit.account):
        return ()
    pages = (("confirm_claim", "/editors/claims", _("Authors to confirm")),
             ("moderate", "/moderation", _("Moderation")))
    return tuple((address, name) for capability, address, name in pages if visit.can(capability))


def waiting(request: HttpRequest) -> int:
    """How many notifications the visitor has not seen, up to 100; asked again only when something was committed."""
    from . import known

    visit = getattr(request, "visit", None)
    if visit is None or not visit.personal or visit.reader is None or not (visit.local or visit.account):
        return 0
    reader = visit.reader
    return known.row(("unseen", reader.pk), lambda: notifications.unseen(reader))


def entrance(request: HttpRequest) -> dict[str, Any]:
    """What pages of accounts show beside their form (see ``views/accounts.py``)."""
    from .views import accounts

    return accounts.entrance(request)


_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iPadOS"), ("Windows", "Windows"), ("Mac OS", "macOS"),
            ("Linux", "Linux"))


def browser(agent: str) -> str:
    """``Firefox on Linux`` from what a browser calls itself; else the beginning of that."""
    name = next((said for sign, said in _BROWSERS if f"{sign}/" in agent), "")
    system = next((said for sign, said in _SYSTEMS if sign in agent), "")
    if name and system:
        return _("{browser} on {system}").format(browser=name, system=system)
    return name or system or agent[:40] or _("Unknown")


def _isoformat(value: date | datetime) -> str:
    return value.isoformat()


def render(request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """A page from ``template``; ``request``, ``csrf_token`` and ``csrf_input`` are added."""
    return HttpResponse(get_template(template).render(dict(context), request), status=status)
