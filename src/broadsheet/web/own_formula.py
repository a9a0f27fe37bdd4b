"""What the page of formulas says of a reader's own order: the sum that is computed, its weights, its open places."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ..editions.formulas import Formula, Told
from ..languages import plain

EVERY = 6  # as ``tasting.EVERY``; said here without loading NumPy


def _told() -> Told:
    return Told(
        _("How your own order is reckoned"), _("score = m + w + t + c + a"),
        (
            _("m: what meaning speaks for (the paper's vector, seen from the middle of all papers here); w: words and "
              "pairs of words of title and abstract; t, c, a: topics, categories, authors. Each is a sum of the "
              "paper's numbers times weights that your acts set: ridge regression in closed form, solved anew after "
              "each act."),
            _("More like this pulls towards 1, not for me towards −1; a vote or a saved paper {saved}, a hidden one "
              "−{hidden}, an answer at the start {saved} (papers beside it −{beside}). What you merely open or read "
              "teaches nothing. The newest 500 papers with acts count.").format(
                  saved=plain(0.8), hidden=plain(0.5), beside=plain(0.25)),
            _("The reason at a paper is its cause: the term whose weight gives more than all the rest, or the act "
              "whose taking back would lower the score most. Both are exact: strike the line out, and the score falls "
              "by that."),
            _("One place in {every} stays open for the unexpected and says “For a change”: of the best 400 papers, "
              "those with the highest score plus half the spread that the acts leave open (an upper bound, as bandits "
              "use it).").format(every=EVERY),
            _("Where three readers or more have said something, their acts together make the number g of a day's "
              "order, in the same way. A paper is named as its cause only if three readers stand behind it; readers "
              "never are."),
        ),
        ((_("weight of meaning"), "1"), (_("weight of words"), "6"), (_("weight of topics"), plain(0.6)),
         (_("weight of categories"), plain(0.6)), (_("weight of authors"), plain(0.35)),
         (_("ridge: how much one act is taken to be off"), plain(1.5)),
         (_("every so many places one is open"), str(EVERY))))


MINE = Formula("mine", _told)
