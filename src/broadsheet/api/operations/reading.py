"""What is read: papers, days, orders, search, names, comments."""

from __future__ import annotations

from ..shapes import DAY, one_of, text
from .model import CURSOR, PAGED, Operation, Param, limit

_DATE = Param("date", DAY, "A day, as in 2026-05-12; without it the newest.")
_CONTROL = (
    Param("order", one_of("chosen", "newest", default="chosen"), "As the site chooses, or newest first."),
    Param("categories", text(1000, default=""), "Only these, separated by commas: cs.CV,cs.LG."),
    Param("without", text(1000, default=""), "Words never wanted, separated by commas."),
)

READING: tuple[Operation, ...] = (
    Operation("site", "GET", "/site", "Site", "The site: its name, who may read, its day", "Site", "reading.this_site"),
    Operation(
        "papers", "GET", "/papers", "Papers", "Papers of a day, week or month, or of a list's day", "PaperList",
        "reading.papers_of", params=(
            _DATE, Param("week", text(8, pattern="^[0-9]{4}-W[0-9]{2}$"), "A week, as in 2026-W20."),
            Param("month", text(7, pattern="^[0-9]{4}-[0-9]{2}$"), "A month, as in 2026-05."),
            Param("list", text(40, default=""), "Only members of that list on those days, such as hf_daily."),
            Param("order", one_of("arrival", "newest", default="arrival"), "By arrival, or newest first."),
            Param("offset", {"type": "integer", "minimum": 0, "maximum": 100_000, "default": 0},
                  "How many to leave out; `cursor` is the better way on."), limit(default=100), CURSOR)),
    Operation("search", "GET", "/search", "Search", "Search by words and by meaning", "Found",
              "reading.search", params=(
        Param("q", text(4000, default=""), "The query, with the operators of the search page."),
        Param("mode", one_of("hybrid", "words", "meaning", default="hybrid"), "What is compared."),
        Param("order", one_of("best", "newest", default="best"), "The order of hits."),
        Param("offset", {"type": "integer", "minimum": 0, "maximum": 1000, "default": 0}, "How many to leave out."),
        limit(), CURSOR), problems=(503,)),
    Operation("trending", "GET", "/trending", "Days", "What is trending, with points", "Trending", "reading.trending",
              params=(Param("window", one_of("day", "week", "month", default="week"), "How far back."), *PAGED)),
    Operation("days", "GET", "/editions", "Days", "The days of a month that have an edition", "Days", "editions.days",
              params=(
                  Param("month", text(7, pattern="^[0-9]{4}-[0-9]{2}$"), "A month, as in 2026-05; without it this."),)),
    Operation("edition", "GET", "/editions/{day}", "Days", "One day's front page: zones and sections with reasons",
              "Edition", "editions.edition", params=_CONTROL,
              detail="`day` is a day, or `newest` for the front page as it stands."),
    Operation("fields", "GET", "/fields", "Days", "The fields into which a day is divided", "Fields",
              "editions.fields"),
    Operation("field", "GET", "/fields/{field}", "Days", "The papers of one field on a day", "Field", "editions.field",
              params=(_DATE, *_CONTROL, limit(), CURSOR), detail="`for-group` is what meets the declared interests."),
    Operation("topic_papers", "GET", "/topics/{topic}/papers", "Names", "Papers of a topic or category, newest first",
              "NamedPapers", "reading.of_topic", params=PAGED),
    Operation("author_papers", "GET", "/authors/{author}/papers", "Names", "Papers that carry a name, newest first",
              "NamedPapers", "reading.of_author", params=PAGED),
    Operation("organisation_papers", "GET", "/organisations/{organisation}/papers", "Names",
              "Papers of an organisation, newest first", "NamedPapers", "reading.of_organisation", params=PAGED),
    Operation("formulas", "GET", "/formulas", "Formulas", "Every formula of an order", "Formulas", "papers.formulas"),
    Operation("abstract", "GET", "/papers/{paper}/abstract", "Papers", "What may be shown of the abstract", "Abstract",
              "papers.abstract"),
    Operation("versions", "GET", "/papers/{paper}/versions", "Papers",
              "Versions, announcements, records, and what changed between texts", "Versions", "papers.versions"),
    Operation("related", "GET", "/papers/{paper}/related", "Papers", "Papers near in meaning", "Related",
              "papers.related", params=(limit(25, 5),), problems=(503,)),
    Operation("citation", "GET", "/papers/{paper}/citation", "Papers", "The paper as BibTeX", "Citation",
              "papers.citation"),
    Operation("worked", "GET", "/papers/{paper}/formulas/{formula}", "Formulas",
              "A formula worked out for a paper: its live inputs and points", "Worked", "papers.worked", params=(
                  Param("q", text(1000, default=""), "For the formula `search`: what was searched for."),
                  Param("mode", one_of("hybrid", "words", "meaning", default="hybrid"), "For the formula `search`."),
              ), problems=(503,)),
    Operation("votes", "GET", "/papers/{paper}/votes", "Votes",
              "Votes of a paper; names where site and reader show them", "Votes", "papers.votes_at"),
    Operation("paper_comments", "GET", "/papers/{paper}/comments", "Comments", "The comments of a paper, oldest first",
              "Comments", "talk.of_paper"),
    Operation("paper", "GET", "/papers/{paper}", "Papers", "One paper by key, identifier or address", "Paper",
              "papers.one"),
    Operation("comments", "GET", "/comments", "Comments", "The newest comments of the site", "Comments", "talk.newest",
              params=PAGED),
    Operation("comment", "GET", "/comments/{comment}", "Comments", "One comment with its replies", "Comment",
              "talk.one"),
    Operation("reader", "GET", "/readers/{reader}", "Readers", "What a reader shows to others", "Profile",
              "people.profile"),
)
