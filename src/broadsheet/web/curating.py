"""Acts of editors, each with its entry in the log of privileged acts, in one transaction; and how the log undoes them.

Subjects in the log: ``edition:DAY/KEY`` for a paper on a day, ``paper:KEY`` for the day of a paper, ``day:DAY`` for the
headline and note of a day.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ..catalogue.models import Paper
from ..editions import curation
from ..editions.models import DayNote
from ..errors import UsageError
from ..readers import audit, prose
from ..readers.audit import State, Way
from ..readers.models import Reader


def pin(editor: Reader, paper: Paper, day: date, place: int, now: datetime) -> None:
    """Pin a paper of ``day`` at ``place`` (0 leads)."""
    _logged(editor, "edition.pin", paper, day, now, lambda: curation.pin(paper, day, place, editor.pk, now))


def drop(editor: Reader, paper: Paper, day: date, now: datetime) -> None:
    """Take a paper off the front page of ``day``."""
    _logged(editor, "edition.drop", paper, day, now, lambda: curation.drop(paper, day, editor.pk, now))


def release(editor: Reader, paper: Paper, day: date, now: datetime) -> None:
    """Leave a paper of ``day`` to the formula again."""
    _logged(editor, "edition.release", paper, day, now, lambda: curation.release(paper, day, now))


def move(editor: Reader, paper: Paper, to_day: date, now: datetime) -> None:
    """Move a paper to the edition of ``to_day``."""
    _moved(editor, paper, now, lambda: curation.move(paper, to_day, editor.pk, now, now.date()))


def send_back(editor: Reader, paper: Paper, now: datetime) -> None:
    """Let a moved paper go where its records say."""
    _moved(editor, paper, now, lambda: curation.send_back(paper, now))


def automatic(editor: Reader, day: date, now: datetime) -> None:
    """Undo everything that editors did to the papers of ``day``, each act with its own entry in the log."""
    with transaction.atomic():
        for act in curation.of_day(day):
            if act.act != curation.Act.MOVE:
                release(editor, act.paper, day, now)
            elif act.to_day == day:
                send_back(editor, act.paper, now)


def write(editor: Reader, day: date, headline: str, text: str, now: datetime) -> None:
    """Write the headline and note of ``day``; both empty take them away."""
    before = _note(day)
    with transaction.atomic():
        _write(day, {"headline": headline, "text": text}, editor, now)
        after = _note(day)
        if after != before:
            audit.log(editor, "edition.note", f"day:{day}", "", before, after, now)


def _logged(
    editor: Reader, act: str, paper: Paper, day: date, now: datetime, do: Callable[[], object]
) -> None:
    before = _placed(paper, day)
    with transaction.atomic():
        do()
        if (after := _placed(paper, day)) != before:
            audit.log(editor, act, f"edition:{day}/{paper.key}", "", before, after, now)


def _moved(editor: Reader, paper: Paper, now: datetime, do: Callable[[], object]) -> None:
    before = _home(paper)
    with transaction.atomic():
        do()
        if (after := _home(paper)) != before:
            audit.log(editor, "edition.move", f"paper:{paper.key}", "", before, after, now)


# -- states, as the log keeps them and puts them back ---------------------------------------------------------------

def _placed(paper: Paper, day: date) -> State:
    place, dropped = curation.state(paper, day)
    return {"place": place, "dropped": dropped}


def _home(paper: Paper) -> State:
    day = curation.moved_to(paper)
    return {"day": day.isoformat() if day else None}


def _note(day: date) -> State:
    found = DayNote.objects.filter(day=day).first()
    return {"headline": found.headline if found else "", "text": found.text if found else ""}


def _paper(key: str) -> Paper | None:
    return Paper.objects.filter(key=key, state=Paper.State.LIVE).first()


def _of_day(subject: str) -> tuple[Paper | None, date]:
    day, _, key = subject.partition(":")[2].partition("/")
    return _paper(key), date.fromisoformat(day)


def read_placed(subject: str) -> State | None:
    """The state of a paper on a day, None when the paper is gone."""
    paper, day = _of_day(subject)
    return _placed(paper, day) if paper is not None else None


def write_placed(subject: str, state: State, editor: Reader | None, now: datetime) -> None:
    """Put a state of a paper on a day back."""
    paper, day = _of_day(subject)
    if paper is None:
        raise UsageError(_("The paper is no longer there. Nothing was changed."))
    by = editor.pk if editor else None
    curation.release(paper, day, now)
    if state["place"] is not None:
        curation.pin(paper, day, state["place"], by, now)
    elif state["dropped"]:
        curation.drop(paper, day, by, now)


def read_home(subject: str) -> State | None:
    """The day that editors gave a paper, None when the paper is gone."""
    paper = _paper(subject.partition(":")[2])
    return _home(paper) if paper is not None else None


def write_home(subject: str, state: State, editor: Reader | None, now: datetime) -> None:
    """Give a paper the day back that it had."""
    paper = _paper(subject.partition(":")[2])
    if paper is None:
        raise UsageError(_("The paper is no longer there. Nothing was changed."))
    if state["day"] is None:
        curation.send_back(paper, now)
    else:
        curation.move(paper, date.fromisoformat(state["day"]), editor.pk if editor else None, now,
                      now.date())


def read_note(subject: str) -> State:
    """The headline and note of a day."""
    return _note(date.fromisoformat(subject.partition(":")[2]))


def write_note(subject: str, state: State, editor: Reader | None, now: datetime) -> None:
    """Write a headline and note back."""
    _write(date.fromisoformat(subject.partition(":")[2]), state, editor, now)


def _write(day: date, state: State, editor: Reader | None, now: datetime) -> None:
    text = prose.tidy(state["text"])
    curation.write(day, prose.tidy(state["headline"]), text, prose.render(text), editor.pk if editor else None, now)


WAYS: audit.Ways = {
    **dict.fromkeys(("edition.pin", "edition.drop", "edition.release"), Way(read_placed, write_placed, "curate")),
    "edition.move": Way(read_home, write_home, "curate"), "edition.note": Way(read_note, write_note, "curate"),
}
