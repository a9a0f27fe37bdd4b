"""Notices: what happened, what was kept, one thing to do next. Each stands where the missing papers would be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from ..catalogue.models import Paper
from ..languages import day_short, number
from ..sources.models import SourceState
from ..sources.registry import CONNECTORS
from . import names


@dataclass(frozen=True, slots=True)
class Notice:
    """``kind``: plain, stale, error or done. ``action``: (text, address) or None. ``detail``: small, to quote.

    ``steps``: what may be done meanwhile. Commands stand between back quotes.
    """

    kind: str
    heading: str
    lines: tuple[str, ...]
    action: tuple[str, str] | None = None
    detail: str = ""
    slim: bool = False
    steps: tuple[str, ...] = ()

    @property
    def role(self) -> str:
        """Errors interrupt a screen reader, the rest waits."""
        return "alert" if self.kind == "error" else "status"


@dataclass(frozen=True, slots=True)
class Sources:
    """How the sources are doing. ``due``: when the next one is asked."""

    total: int
    answered: int
    failing: tuple[SourceState, ...]
    filling: tuple[SourceState, ...]
    due: datetime | None
    running: bool = False

    @property
    def line(self) -> str:
        """``6 of 6 sources in`` for the date line; empty when there are none."""
        if not self.total:
            return ""
        return ngettext("{answered} of {count} source in", "{answered} of {count} sources in", self.total).format(
            answered=number(self.answered), count=number(self.total))


def sources() -> Sources:
    """The state of the sources that are turned on, one query."""
    rows = list(SourceState.objects.filter(enabled=True).order_by("name"))
    due = [row.due_at for row in rows if row.due_at is not None]
    return Sources(
        len(rows), sum(row.outcome in {"ok", "empty"} for row in rows),
        tuple(row for row in rows if row.outcome == "failed"),
        tuple(row for row in rows if row.outcome == "running" and row.progress), min(due, default=None),
        any(row.outcome in {"running", "never"} for row in rows),
    )


def has_sample() -> bool:
    """Whether the bundled sample is among the papers: one look at the oldest rows, where it would be."""
    return Paper.objects.filter(id__in=Paper.objects.order_by("id").values("id")[:400], sample=True,
                                state=Paper.State.LIVE).exists()


def label_of(row: SourceState) -> str:
    """The source's name for readers."""
    connector = CONNECTORS.get(row.connector)
    return connector.label if connector else row.name


def about_sources(state: Sources) -> list[Notice]:
    """One notice for all failing sources, one for a running back-fill."""
    made = []
    if state.failing:
        first = state.failing[0]
        others = len(state.failing) - 1
        heading = _("{source} does not answer").format(source=label_of(first)) if not others else _(
            "{number} sources do not answer").format(number=len(state.failing))
        parts = [_("What came before stands."), *([] if others else [_last_answer(first)]), _asked_again(first.due_at)]
        made.append(Notice(
            "stale", heading, (" ".join(parts),),
            (_("What it answered") if not others else _("What they answered"), "/about"), first_sentence(first.told)))
    for row in state.filling[:1]:
        done, of, what = row.progress.get("done"), row.progress.get("of"), row.progress.get("what", "")
        if done is not None:
            said = _("Papers are coming in from {source}: {progress}.").format(
                source=label_of(row), progress=names.progress(done, of if isinstance(of, int) else None, what))
            made.append(Notice("plain", "", (said,),
                               (_("Progress"), "/about"), slim=True))
    return made


def _last_answer(row: SourceState) -> str:
    if row.succeeded_at is None:
        return _("It has not answered yet.")
    return _("It last answered on {day} at {clock} UTC.").format(
        day=day_short(row.succeeded_at.date()), clock=f"{row.succeeded_at:%H:%M}")


def _asked_again(due: datetime | None) -> str:
    if due is None:
        return _("It is asked again by itself.")
    return _("It is asked again at {clock} UTC by itself.").format(clock=f"{due:%H:%M}")


def sample() -> Notice:
    """The banner over the bundled sample."""
    return Notice("plain", _("These are sample papers."),
                  (_("They came with the program, with summaries written for it, and leave when you answer."),),
                  (_("What do you read?"), "/setup"), slim=True)


# What helps where nothing can be reached; the same on the front page and on the page of the sources.
WITHOUT_NETWORK = (
    _lazy("`broadsheet import FILE` brings papers from a file (JSON Lines, BibTeX)."),
    _lazy("Behind a proxy, set `BROADSHEET_PROXY=http://host:port` and start again."),
    _lazy("`broadsheet doctor` says what is reached and what is not."),
)


def unreachable(failed: Sequence[tuple[str, str]], next_try: datetime | None, action: tuple[str, str]) -> Notice:
    """No source answered. ``failed``: (label, what happened), for each source that was tried."""
    causes = tuple(f"{label}: {cause}" for label, cause in failed)
    again = (_("They are asked again at {clock} UTC, as long as the program runs. Meanwhile:").format(
        clock=f"{next_try:%H:%M}") if next_try and next_try > timezone.now() else
        _("They are asked again, as long as the program runs. Meanwhile:"))
    tried = ngettext("What you chose is kept, and no paper has come in yet: {count} source tried, it did not answer.",
                     "What you chose is kept, and no paper has come in yet: {count} sources tried, none answered.",
                     len(causes)).format(count=number(len(causes)))
    return Notice("error", _("No source can be reached from this machine"),
                  (tried, *causes, again), action, steps=tuple(str(step) for step in WITHOUT_NETWORK))


def first_sentence(text: str) -> str:
    """What happened, without what was kept and what comes next."""
    return text.partition(". ")[0].rstrip(".") + "."


def no_papers(state: Sources, *, keeper: bool) -> Notice:
    """For a site without a single edition; says why, as far as it is known."""
    if not state.total:
        return Notice("plain", _("No papers yet"),
                      (_("No source is chosen and nothing was imported, so there is nothing to show."),),
                      (_("What do you read?"), "/setup") if keeper else (_("About this site"), "/about"))
    page = "/setup/progress" if keeper else "/about"
    if state.failing and len(state.failing) == state.total:
        failed = [(label_of(row), first_sentence(row.told)) for row in state.failing]
        return unreachable(failed, state.due, (_("What was tried"), page))
    told = ngettext(
        "{count} source is being asked for the last two weeks, with the pauses it asks for. This page fills by itself "
        "as papers arrive.",
        "{count} sources are being asked for the last two weeks, with the pauses they ask for. This page fills by "
        "itself as papers arrive.", state.total).format(count=number(state.total))
    if state.running:
        return Notice("plain", _("The first papers are on their way"), (told,), (_("Progress"), page))
    return Notice("plain", _("No papers yet"),
                  (_("The sources that answered announced none for what is read here."),),
                  (_("What they answered"), page))


def empty_day(text: str, *, weekend: bool, before: tuple[str, str] | None, holiday: bool = False) -> Notice:
    """For a day without papers. ``holiday``: a weekday that arXiv's schedule has no list for."""
    why = _("No source announced a paper for this day, or none that is kept here.")
    if weekend:
        why = _("arXiv announces none on Saturdays and Sundays.")
    elif holiday:
        why = _("By its schedule arXiv had no mailing the evening before, a holiday.")
    return Notice("plain", _("No papers on {day}").format(day=text), (why,), before or (_("All editions"), "/archive"))


def no_order_yet() -> Notice:
    """Asked for in the reader's own order, of whom nothing is known yet."""
    return Notice("plain", _("Your own order needs something to go by"), (
        _("Three questions are enough, or a few “More like this” and “Not for me” under papers. Until then the papers "
        "stand as they were chosen for the group."),), (_("Answer three questions"), "/taste/start"))


def all_read(papers: int, again: str) -> Notice:
    """For a reader who hides what is read and has read everything."""
    return Notice("done", _("You have read today’s edition."), (ngettext(
        "The one paper is marked read.", "All {count} papers are marked read.", papers).format(count=number(papers)),),
                  (_("Show them again"), again))


def narrowed_away(papers: int, words: list[str], again: str) -> Notice:
    """For a control that leaves nothing."""
    return Notice("plain", _("Nothing passes what you set"),
                  (ngettext(
        "{count} paper of this page is left out: {why}.", "{count} papers of this page are left out: {why}.", papers
    ).format(count=number(papers), why="; ".join(words)),),
                  (_("Show all"), again))


def index_behind(lag: int) -> Notice:
    """Changes wait for the index: on the page of the house, and where a search found nothing."""
    return Notice("stale", ngettext("Search is {count} change behind", "Search is {count} changes behind", lag).format(
        count=number(lag)),
                  (_("What arrived last is on its page and in its edition, but not yet found by search. Nothing is "
                     "lost; it catches up by itself while `broadsheet start` or `broadsheet work` runs."),),
                  (_("How it stands"), "/about"))


def no_index(problem: str) -> Notice:
    """There is no index that can be asked."""
    return Notice("error", _("Search has no index"),
                  (_("Every paper is still on its page and in its edition. The worker builds the index by itself; "
                   "`broadsheet reindex` does it now."),), (_("Today’s edition"), "/"), problem)


def no_votes(window: str) -> Notice:
    """For trending where nothing was voted on in ``window`` (of ``archive.WINDOWS``)."""
    return Notice("plain", {"day": _("No votes in the last day"), "week": _("No votes in the last week"),
                            "fortnight": _("No votes in the last two weeks"),
                            "month": _("No votes in the last month")}[window],
                  (_("No paper that appeared in that time has a vote or a comment, neither of your group nor of "
                     "another site such as Hugging Face Daily Papers."),), (_("Today’s edition"), "/"))


def of_progress(state: str, sources: int, failed: Sequence[tuple[str, str]], received: int,
                next_try: datetime | None) -> Notice:
    """The head of the page of the sources; ``state`` as in ``views/setup.py: progress_of``."""
    today = (_("Today’s edition"), "/")
    if state == "unreachable":
        return unreachable(failed, next_try, (_("Change what you read"), "/setup"))
    if state == "none":
        return Notice("plain", _("No source is turned on"), (_("Say what you read, and its sources begin."),),
                      (_("What do you read?"), "/setup"))
    if state == "done":
        return Notice("done", ngettext("All is in: {count} record", "All is in: {count} records", received).format(
            count=number(received)),
                      (_("Every source answered. New papers follow by themselves."),), today)
    patience = _("The last two weeks are read first, with the pauses the sources ask for; you need not wait here.")
    if not received:
        if len(failed) and state == "partly":
            return Notice("stale", ngettext(
                "{count} source of {all} did not answer", "{count} sources of {all} did not answer", len(failed),
                ).format(count=number(len(failed)), all=number(sources)),
                          (_("The others brought nothing yet. Each is asked again by itself."),), today)
        return Notice("plain", ngettext("{count} source being asked", "{count} sources being asked", sources).format(
            count=number(sources)), (patience,), today)
    return Notice("plain", ngettext("Papers are coming in: {count} record so far",
                                    "Papers are coming in: {count} records so far", received).format(
                                        count=number(received)), (patience,), today)
