"""What the page of formulas says of a reader's own order: the sum that is computed, its weights, its open places; and
the sum worked out for one paper, for the reader who asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from ..catalogue.models import Paper
from ..editions.formulas import Formula, Input, Told
from ..languages import number, plain

if TYPE_CHECKING:
    from ..readers.taste_model import Taste

EVERY = 6  # as ``tasting.EVERY``; said here without loading NumPy
_LETTERS = {"topic": "t", "category": "c", "author": "a"}
_NAMED = 3  # terms named beside each sum, the strongest


def work_mine(mine: Any, paper: Paper) -> tuple[tuple[Input, ...], float, tuple[str, ...]]:
    """The sums of one reader's order (``tasting.Mine``) for a paper, the score, and what holds the paper there.

    The sums are those that the order adds up; their sum is the score, up to the rounding of float32.
    """
    from . import tasting

    asked = mine.papers([paper.pk], {paper.pk: paper.revision})
    taste: Taste = mine.taste
    parts = taste.parts(asked, 0)
    kinds: dict[str, dict[str, float]] = {kind: {} for kind in _LETTERS}
    for term, value in parts.items():
        if (kind := term.partition(":")[0]) in kinds and ":" in term:
            kinds[kind][tasting.label(term)] = value
    names = tuple(asked.names)
    said = {names[at]: value for at, value in taste.word_parts(asked, 0).items()}
    labels = {"t": _("topics"), "c": _("categories"), "a": _("authors")}
    inputs = [Input("m", _("meaning"), parts.get("meaning", 0.0)),
              Input("w", _("words and pairs of words"), parts.get("words", 0.0), _strongest(said))]
    inputs += [Input(letter, labels[letter], sum(kinds[kind].values()), _strongest(kinds[kind]))
               for kind, letter in _LETTERS.items()]
    score = float(taste.scores(asked)[0])
    cause = taste.causes(asked)[0] if paper.pk not in mine.told else None
    notes = []
    if paper.pk in mine.told:
        notes.append(_("You said something about this paper, so it stands in your order no more; it teaches it."))
    elif cause is not None:
        notes.append(_("Its cause: {reason}. Without it the score would be lower by {loss}.").format(
            reason=mine.words(cause), loss=number(cause.loss, 4)))
    else:
        notes.append(_("Nothing that you said speaks for this paper."))
    return tuple(inputs), score, tuple(notes)


def _strongest(parts: dict[str, float]) -> str:
    """The terms that give or take most, as people read them."""
    most = sorted(((name, value) for name, value in parts.items() if value), key=lambda pair: (-abs(pair[1]), pair[0]))
    return ", ".join(f"{name} {'+' if value > 0 else ''}{number(value, 4)}" for name, value in most[:_NAMED])


def _told() -> Told:
    return Told(
        _("How your own order is reckoned"), _("score = m + w + t + c + a"),
        (
            _("m: what meaning speaks for (the paper’s vector, seen from the middle of all papers here); w: words and "
              "pairs of words of title and abstract; t, c, a: topics, categories, authors. Each is a sum of the "
              "paper’s numbers times weights that your acts set: ridge regression in closed form, solved anew after "
              "each act. What you follow (topics, categories, searches) stands beside the acts from the start."),
            _("More like this pulls towards 1, not for me towards −1, a tenth as surely, since a paper is seldom "
              "refused for all it says; a vote or a saved paper {saved}, a hidden one "
              "−{hidden}, an answer at the start {saved} (papers beside it −{beside}). What you merely open or read "
              "teaches nothing. The newest 500 papers with acts count.").format(
                  saved=plain(0.8), hidden=plain(0.5), beside=plain(0.25)),
            _("The reason at a paper is its cause: the term whose weight gives more than all the rest, or the act "
              "whose taking back would lower the score most. Both are exact: strike the line out, and the score falls "
              "by that."),
            _("One place in {every} stays open for the unexpected and says “For a change”: of the best 400 papers, "
              "those with the highest score plus half the spread that the acts leave open (an upper bound, as bandits "
              "use it).").format(every=EVERY),
            _("Where three readers or more have said something, their acts together make the number g of a day’s "
              "order, in the same way. A paper is named as its cause only if three readers stand behind it; readers "
              "never are."),
        ),
        ((_("weight of meaning"), plain(0.02)), (_("weight of words"), plain(0.4)),
         (_("weight of topics"), plain(0.04)), (_("weight of categories"), plain(0.08)),
         (_("weight of authors"), plain(0.01)), (_("ridge: how much one act is taken to be off"), "1"),
         (_("how sure a refusal is beside a liking"), plain(0.1)),
         (_("how sure a topic, category or search that you follow is beside a liking"), "3"),
         (_("every so many places one is open"), str(EVERY))))


MINE = Formula("mine", _told)
