"""Notices: what happened, what was kept, one thing to do next. Each stands where the missing papers would be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..catalogue.models import Paper
from ..sources.models import SourceState
from .rendering import count


@dataclass(frozen=True, slots=True)
class Notice:
    """``kind``: plain, stale, error or done. ``action``: (text, address) or None. ``detail``: small, to quote."""

    kind: str
    heading: str
    lines: tuple[str, ...]
    action: tuple[str, str] | None = None
    detail: str = ""
    slim: bool = False

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
    )


def has_sample() -> bool:
    """Whether the bundled sample is among the papers: one look at the oldest rows, where it would be."""
    return Paper.objects.filter(id__in=Paper.objects.order_by("id").values("id")[:400], sample=True,
                                state=Paper.State.LIVE).exists()


def about_sources(state: Sources) -> list[Notice]:
    """One notice for all failing sources, one for a running back-fill."""
    made = []
    if state.failing:
        first = state.failing[0]
        others = len(state.failing) - 1
        heading = f"{first.name} does not answer" if not others else f"{len(state.failing)} sources do not answer"
        since = "" if first.succeeded_at is None else f" It last answered on {first.succeeded_at:%d %B, %H:%M} UTC."
        made.append(Notice(
            "stale", heading,
            ("What came before stands." + since + " The next try is made without your help.",),
            ("What it answered", "/about"), first.detail))
    for row in state.filling[:1]:
        done, of, what = row.progress.get("done"), row.progress.get("of"), row.progress.get("what", "records")
        if done is not None:
            whole = f" of {of:,}" if isinstance(of, int) else ""
            made.append(Notice("plain", "", (f"Papers are coming in: {done:,}{whole} {what} of {row.name}.",),
                               ("Progress", "/about"), slim=True))
    return made


def sample() -> Notice:
    """The banner over the bundled sample."""
    return Notice("plain", "These are sample papers.",
                  ("They came with the program, with summaries written for it.",),
                  ("What do you read?", "/setup"), slim=True)


def no_papers(state: Sources, *, keeper: bool) -> Notice:
    """For a site without a single edition; says why, as far as it is known."""
    if not state.total:
        return Notice("plain", "No papers yet",
                      ("No source is chosen and nothing was imported, so there is nothing to show.",),
                      ("What do you read?", "/setup") if keeper else ("About this site", "/about"))
    if state.failing and len(state.failing) == state.total:
        return Notice("error", "No source can be reached from this machine",
                      (f"Your choices are kept. None of {count(state.total, 'source')} answered; each is tried again "
                       "by itself.", "Papers can be imported from a file meanwhile: broadsheet import FILE. "
                       "Behind a proxy, set BROADSHEET_PROXY; broadsheet doctor says what is wrong."),
                      ("What was tried", "/about"), state.failing[0].detail)
    return Notice("plain", "The first papers are on their way",
                  (f"{count(state.total, 'source')} chosen. The page fills as papers arrive.",),
                  ("Progress", "/about"))


def empty_day(text: str, *, weekend: bool, before: tuple[str, str] | None) -> Notice:
    """For a day without papers."""
    why = "arXiv announces none on Saturdays and Sundays." if weekend else \
        "No source announced a paper for this day, or none that is kept here."
    return Notice("plain", f"No papers on {text}", (why,), before or ("All editions", "/archive"))


def all_read(papers: int, again: str) -> Notice:
    """For a reader who hides what is read and has read everything."""
    return Notice("done", "You have read today’s edition.", (f"All {count(papers, 'paper')} are marked read.",),
                  ("Show them again", again))


def narrowed_away(papers: int, words: list[str], again: str) -> Notice:
    """For a control that leaves nothing."""
    return Notice("plain", "Nothing passes what you set",
                  (f"{count(papers, 'paper')} of this page are left out: {'; '.join(words)}.",),
                  ("Show all", again))
