"""What the page of formulas says of a reader's own order: the sum that is computed, its weights, its open places."""

from __future__ import annotations

from ..editions.formulas import Formula

EVERY = 6  # as ``tasting.EVERY``; said here without loading NumPy

MINE = Formula(
    "mine", "How your own order is reckoned",
    "score = m + w + t + c + a",
    (
        "m: what meaning speaks for (the paper's vector, seen from the middle of all papers here); w: words and pairs "
        "of words of title and abstract; t, c, a: topics, categories, authors. Each is a sum of the paper's numbers "
        "times weights that your acts set: ridge regression in closed form, solved anew after each act.",
        "More like this pulls towards 1, not for me towards −1; a vote or a saved paper 0.8, a hidden one −0.5, an "
        "answer at the start 0.8 (papers beside it −0.25). What you merely open or read teaches nothing. The newest "
        "500 papers with acts count.",
        "The reason at a paper is its cause: the term whose weight gives more than all the rest, or the act whose "
        "taking back would lower the score most. Both are exact: strike the line out, and the score falls by that.",
        f"One place in {EVERY} stays open for the unexpected and says “For a change”: of the best 400 papers, those "
        "with the highest score plus half the spread that the acts leave open (an upper bound, as bandits use it).",
        "Where three readers or more have said something, their acts together make the number g of a day's order, in "
        "the same way. A paper is named as its cause only if three readers stand behind it; readers never are.",
    ),
    (("weight of meaning", "1"), ("weight of words", "6"), ("weight of topics", "0.6"), ("weight of categories", "0.6"),
     ("weight of authors", "0.35"), ("ridge: how much one act is taken to be off", "1.5"),
     ("every so many places one is open", str(EVERY))),
)
