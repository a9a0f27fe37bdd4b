"""Notices: what happened, what was kept, one thing to do next. Each stands where the missing papers would be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from ..catalogue.models import Paper
from ..languages import count
from ..sources.models import SourceState
from ..sources.registry import CONNECTORS


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
        return f"{self.answered} of {count(self.total, 'source')} in" if self.total else ""


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
        heading = f"{label_of(first)} does not answer" if not others else f"{len(state.failing)} sources do not answer"
        since = ("It has not answered yet." if first.succeeded_at is None else
                 f"It last answered on {first.succeeded_at.day} {first.succeeded_at:%B, %H:%M} UTC.")
        tried = f" at {first.due_at:%H:%M} UTC" if first.due_at else ""
        made.append(Notice(
            "stale", heading,
            (f"What came before stands. {since if not others else ''} It is asked again{tried} by itself."
             .replace("  ", " "),),
            ("What it answered" if not others else "What they answered", "/about"), first_sentence(first.detail)))
    for row in state.filling[:1]:
        done, of, what = row.progress.get("done"), row.progress.get("of"), row.progress.get("what", "records")
        if done is not None:
            whole = f" of {of:,}" if isinstance(of, int) else ""
            made.append(Notice("plain", "", (f"Papers are coming in: {done:,}{whole} {what} of {label_of(row)}.",),
                               ("Progress", "/about"), slim=True))
    return made


def sample() -> Notice:
    """The banner over the bundled sample."""
    return Notice("plain", "These are sample papers.",
                  ("They came with the program, with summaries written for it, and leave when you answer.",),
                  ("What do you read?", "/setup"), slim=True)


# What helps where nothing can be reached; the same on the front page and on the page of the sources.
WITHOUT_NETWORK = (
    "`broadsheet import FILE` brings papers from a file (JSON Lines, BibTeX).",
    "Behind a proxy, set `BROADSHEET_PROXY=http://host:port` and start again.",
    "`broadsheet doctor` says what is reached and what is not.",
)


def unreachable(failed: Sequence[tuple[str, str]], next_try: datetime | None, action: tuple[str, str]) -> Notice:
    """No source answered. ``failed``: (label, what happened), for each source that was tried."""
    causes = tuple(f"{label}: {cause}" for label, cause in failed)
    when = f" at {next_try:%H:%M} UTC" if next_try and next_try > timezone.now() else ""
    return Notice("error", "No source can be reached from this machine",
                  (f"What you chose is kept, and no paper has come in yet: {count(len(causes), 'source')} tried, "
                   "none answered.", *causes,
                   f"They are asked again{when}, as long as the program runs. Meanwhile:"),
                  action, steps=WITHOUT_NETWORK)


def first_sentence(text: str) -> str:
    """What happened, without what was kept and what comes next."""
    return text.partition(". ")[0].rstrip(".") + "."


def no_papers(state: Sources, *, keeper: bool) -> Notice:
    """For a site without a single edition; says why, as far as it is known."""
    if not state.total:
        return Notice("plain", "No papers yet",
                      ("No source is chosen and nothing was imported, so there is nothing to show.",),
                      ("What do you read?", "/setup") if keeper else ("About this site", "/about"))
    page = "/setup/progress" if keeper else "/about"
    if state.failing and len(state.failing) == state.total:
        failed = [(label_of(row), first_sentence(row.detail)) for row in state.failing]
        return unreachable(failed, state.due, ("What was tried", page))
    told = (f"{count(state.total, 'source')} {'is' if state.total == 1 else 'are'} being asked for the last two weeks, "
            "with the pauses they ask for. This page fills by itself as papers arrive.")
    if state.running:
        return Notice("plain", "The first papers are on their way", (told,), ("Progress", page))
    return Notice("plain", "No papers yet",
                  ("The sources that answered announced none for what is read here.",), ("What they answered", page))


def empty_day(text: str, *, weekend: bool, before: tuple[str, str] | None, holiday: bool = False) -> Notice:
    """For a day without papers. ``holiday``: a weekday that arXiv's schedule has no list for."""
    why = "No source announced a paper for this day, or none that is kept here."
    if weekend:
        why = "arXiv announces none on Saturdays and Sundays."
    elif holiday:
        why = "By its schedule arXiv had no mailing the evening before, a holiday."
    return Notice("plain", f"No papers on {text}", (why,), before or ("All editions", "/archive"))


def no_order_yet() -> Notice:
    """Asked for in the reader's own order, of whom nothing is known yet."""
    return Notice("plain", "Your own order needs something to go by", (
        "Three questions are enough, or a few “More like this” and “Not for me” under papers. Until then the papers "
        "stand as they were chosen for the group.",), ("Answer three questions", "/taste/start"))


def all_read(papers: int, again: str) -> Notice:
    """For a reader who hides what is read and has read everything."""
    return Notice("done", "You have read today’s edition.", (f"All {count(papers, 'paper')} are marked read.",),
                  ("Show them again", again))


def narrowed_away(papers: int, words: list[str], again: str) -> Notice:
    """For a control that leaves nothing."""
    return Notice("plain", "Nothing passes what you set",
                  (f"{count(papers, 'paper')} of this page are left out: {'; '.join(words)}.",),
                  ("Show all", again))


def index_behind(lag: int) -> Notice:
    """Changes wait for the index: on the page of the house, and where a search found nothing."""
    return Notice("stale", f"Search is {count(lag, 'change')} behind",
                  ("What arrived last is on its page and in its edition, but not yet found by search. Nothing is lost; "
                   "it catches up by itself while `broadsheet start` or `broadsheet work` runs.",),
                  ("How it stands", "/about"))


def no_index(problem: str) -> Notice:
    """There is no index that can be asked."""
    return Notice("error", "Search has no index",
                  ("Every paper is still on its page and in its edition. The worker builds the index by itself; "
                   "`broadsheet reindex` does it now.",), ("Today’s edition", "/"), problem)


def no_votes(window: str) -> Notice:
    """For trending where nothing was voted on in ``window`` ("the last week")."""
    return Notice("plain", f"No votes in {window}",
                  (f"No paper that appeared in {window} has a vote or a comment, neither of your group nor of another "
                   "site such as Hugging Face Daily Papers.",), ("Today’s edition", "/"))


def of_progress(state: str, sources: int, failed: Sequence[tuple[str, str]], received: int,
                next_try: datetime | None) -> Notice:
    """The head of the page of the sources; ``state`` as in ``views/setup.py: progress_of``."""
    today = ("Today’s edition", "/")
    if state == "unreachable":
        return unreachable(failed, next_try, ("Change what you read", "/setup"))
    if state == "none":
        return Notice("plain", "No source is turned on", ("Say what you read, and its sources begin.",),
                      ("What do you read?", "/setup"))
    if state == "done":
        return Notice("done", f"All is in: {count(received, 'record')}",
                      ("Every source answered. New papers follow by themselves.",), today)
    patience = "The last two weeks are read first, with the pauses the sources ask for; you need not wait here."
    if not received:
        if len(failed) and state == "partly":
            return Notice("stale", f"{count(len(failed), 'source')} of {sources} did not answer",
                          ("The others brought nothing yet. Each is asked again by itself.",), today)
        return Notice("plain", f"{count(sources, 'source')} being asked", (patience,), today)
    return Notice("plain", f"Papers are coming in: {count(received, 'record')} so far", (patience,), today)
