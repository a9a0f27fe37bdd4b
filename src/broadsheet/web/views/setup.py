"""The first question, *What do you read?*, and how the answer fares.

Only the keeper sees it: the browser of local mode, or one that gave the one-time set-up code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from broadsheet.catalogue import papers, site
from broadsheet.config import current
from broadsheet.languages import number
from broadsheet.readers.accounts import service as accounts
from broadsheet.readers.settings import lines
from broadsheet.sources import presets, schedule
from broadsheet.web import access, notices
from broadsheet.web.rendering import render
from broadsheet.web.visits import visit_of

MOST_WORDS = 100


@dataclass(frozen=True)
class Answer:
    """What was typed, and the faults by field (empty: it can be taken)."""

    fields: tuple[str, ...]
    categories: str
    words: str
    choice: presets.Choice
    faults: dict[str, str]


def read_answer(request: HttpRequest) -> Answer:
    """Read the form of the first question; nothing is stored."""
    fields = tuple(key[:40] for key in request.POST.getlist("field")[:40])
    categories, words = request.POST.get("categories", "")[:4000], request.POST.get("words", "")[:8000]
    faults: dict[str, str] = {}
    try:
        own = [part for line in lines(categories) for part in line.split()]
        choice = presets.choice_of(fields, own)
    except ValueError as problem:
        choice = presets.Choice(())
        faults["categories"] = f"{str(problem)[:1].upper()}{str(problem)[1:]}."
    if not faults and not choice.categories and not choice.hf:
        faults["field"] = _("Choose a field, or write a category of your own.")
    if len(lines(words)) > MOST_WORDS:
        faults["words"] = _("{number} lines are too many; at most {most}.").format(
            number=number(len(lines(words))), most=MOST_WORDS)
    return Answer(fields, categories, words, choice, faults)


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def setup(request: HttpRequest) -> HttpResponse:
    """Ask for the code where one is needed; then ask what is read here, and begin."""
    if not visit_of(request).keeper:
        return _gate(request)
    if request.method == "POST" and "code" not in request.POST:
        answer = read_answer(request)
        if not answer.faults:
            _begin(answer)
            return HttpResponseRedirect("/setup/progress")
        return _question(request, answer, status=422)
    interests = site.choice("interests", {}) or {}
    kept = Answer(tuple(site.choice("fields", []) or []), "\n".join(site.choice("categories", []) or []),
                  "\n".join(interests.get("words", []) if isinstance(interests, dict) else []),
                  presets.Choice(()), {})
    return _question(request, kept)


def _question(request: HttpRequest, answer: Answer, status: int = 200) -> HttpResponse:
    return render(request, "setup.jinja", {"answer": answer, "presets": list(presets.FIELDS.values()),
                                           "first": not site.choice("fields")}, status=status)


def _begin(answer: Answer) -> None:
    """Store the answer, make the sources due at once, retire the sample. Repeating it changes nothing more."""
    now = timezone.now()
    own = [presets.known_category(part) for line in lines(answer.categories) for part in line.split()]
    site.choose("categories", own)
    if "interests" not in site.fixed():
        site.choose("interests", {"words": lines(answer.words), "categories": own or list(answer.choice.categories)})
    # `fields` says that the question is answered, so it is stored with something in it.
    site.choose("fields", list(answer.fields) or ["own"])
    schedule.plan_sources(answer.choice, now)
    papers.remove_sample(now)


def _gate(request: HttpRequest) -> HttpResponse:
    """Ask for the one-time code. A stranger learns nothing of the site's choices here, and sees no question."""
    wrong, kept = False, accounts.has_administrator()
    if request.method == "POST" and not kept:
        if access.check_code(current().data, request.POST.get("code", "")[:40], timezone.now()):
            response: HttpResponse = HttpResponseRedirect("/setup/administrator")
            access.let_in_keeper(response, request)
            return response
        wrong = True
    local = access.loopback_request(request)
    return render(request, "code.jinja", {"wrong": wrong, "local": local, "kept": kept}, status=403)


@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    """How far the sources are; with what was tried and what to do when none can be reached."""
    if not visit_of(request).keeper:
        return _gate(request)
    sources = [source for source in schedule.status(timezone.now()) if source.enabled]
    return render(request, "progress.jinja", progress_of(sources))


def progress_of(sources: list[schedule.SourceStatus]) -> dict[str, Any]:
    """The state of a back-fill for the template: ``state`` is none, waiting, running, unreachable, partly or done."""
    failed = [source for source in sources if source.outcome == "failed"]
    good = [source for source in sources if source.outcome in {"ok", "empty"}]
    if not sources:
        state = "none"
    elif len(failed) == len(sources) and not any(source.received for source in sources):
        state = "unreachable"
    elif len(good) == len(sources):
        state = "done"
    elif any(source.outcome == "running" for source in sources):
        state = "running"
    elif any(source.outcome == "never" for source in sources):
        state = "waiting"
    else:
        state = "partly"
    received = sum(source.received for source in sources)
    next_try = min((source.next_try for source in sources if source.next_try), default=None)
    causes = [(source.label, notices.first_sentence(source.sentence)) for source in failed]
    return {"state": state, "sources": sources, "going": state in {"running", "waiting", "partly"},
            "told": notices.of_progress(state, len(sources), causes, received, next_try)}
