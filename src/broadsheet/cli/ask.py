"""Questions: `search`, `show`, `status`, `reindex`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from ..errors import BroadsheetError, UsageError
from .common import Data, Json, boot, guarded, now, put_json, say


def add_to(app: typer.Typer) -> None:
    """Register the commands of this family."""
    # `-survey` is a word to leave out, not a row of options (so `-h` is none either).
    app.command("search", context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})(
        guarded(search))
    for command in (show, status, reindex):
        app.command(command.__name__)(guarded(command))


def search(
    query: Annotated[list[str], typer.Argument(help='Words, "phrases", -word, author: topic: cat: org: since: year:')],
    mode: Annotated[str, typer.Option(help="hybrid, words or meaning.")] = "hybrid",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many hits.")] = 10,
    newest: Annotated[bool, typer.Option("--newest", help="Newest first instead of best first.")] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Find papers by words and by meaning."""
    if mode not in ("hybrid", "words", "meaning"):
        raise UsageError(f"--mode must be hybrid, words or meaning, not {mode!r}.")
    if not "".join(query).strip():
        raise UsageError("There is nothing to search for. Give words, a title, an identifier or an address.")
    if unknown := [word for word in query if word.startswith("--")]:
        raise UsageError(f"No such option: {unknown[0]}. Nothing was searched. One dash leaves a word out: -word.")
    settings = boot(data, create=False)
    from ..catalogue import papers
    from ..search import service

    today = now().astimezone(ZoneInfo(settings.timezone)).date()
    found = service.search(" ".join(query), mode=mode, limit=limit, order="newest" if newest else "best", today=today)
    gone = papers.retractions([hit.row for hit in found.hits])
    if json:
        wanted = ("key", "id", "title", "authors", "organisation", "published", "votes", "comments", "score", "sure",
                  "why")
        put_json(
            {
                "total": found.total,
                "took_ms": found.took_ms,
                "hits": [
                    {name: getattr(hit, name) for name in wanted} | _gone(gone.get(hit.row)) for hit in found.hits
                ],
                "facets": _counts(found.facets),
                "problems": [{"position": one.position, "message": one.message} for one in found.problems],
                "suggestions": list(found.suggestions),
            }
        )
        return
    for problem in found.problems:
        say(f"note: {problem.message}")
    typer.echo(f"{found.total:,} papers ({found.took_ms:.0f} ms)")
    line_drawn = False
    for number, hit in enumerate(found.hits, 1):
        if not hit.sure and not line_drawn:
            typer.echo("     ---- sure matches end here; below: close in meaning, or a word is missing ----")
            line_drawn = True
        names = ", ".join(hit.authors[:3]) + (f" and {len(hit.authors) - 3} others" if len(hit.authors) > 3 else "")
        flag = f"[{gone[hit.row]['kind'].capitalize()}] " if hit.row in gone else ""
        typer.echo(f"{number:3}. {flag}{hit.title}\n     {names}. {hit.published}  {hit.id}\n     {_why(hit.why)}")
    for text in found.suggestions:
        typer.echo(f"Did you mean: {text}")
    if not found.hits:
        typer.echo("Nothing is close. Try fewer or other words, or --mode meaning.")


def _counts(facets: dict[str, list[tuple[str, int]]]) -> dict[str, list[dict[str, Any]]]:
    """Facets as objects; the value is what narrows the query (``votes``: at least so many)."""
    return {name: [{"value": value, "count": count} for value, count in pairs] for name, pairs in facets.items()}


def _why(why: Any) -> str:
    return why if isinstance(why, str) else getattr(why, "text", None) or str(why)


def show(
    paper: Annotated[str, typer.Argument(metavar="ID", help="Key, arXiv id, DOI or address of a paper.")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Show one paper: what is known and who said it."""
    boot(data, create=False)
    from ..catalogue import papers
    from ..text.identifiers import recognise

    name = recognise(paper)
    if name is None and ":" in paper:
        scheme, _, value = paper.partition(":")
        name = (scheme, value)
    found = papers.by_key(paper.lower()) or (papers.by_identifier(*name) if name else None)
    if found is None:
        raise BroadsheetError(f"No paper here is called {paper!r}. Try `broadsheet search` with words of its title.")
    records = list(found.records.order_by("id").values("source", "source_key", "form", "received_at"))
    listed = list(found.announcements.order_by("day").values("list", "day", "category", "kind", "inferred", "votes"))
    hidden = ("_state", "merged_into_id", "id")
    facts = {key: value for key, value in vars(found).items() if key not in hidden and value not in ("", None, [])}
    if json:
        put_json({**facts, "announcements": listed, "records": records})
        return
    typer.echo(f"{found.title}\n{', '.join(author['name'] for author in found.authors) or 'Authors not sent.'}\n")
    typer.echo(f"{found.abstract}\n")
    for scheme, value in found.identifiers:
        typer.echo(f"{scheme}: {value}")
    for row in listed:
        typer.echo(
            f"announced: {row['day']} in {row['list']} {row['category']} ({row['kind']}"
            + (", inferred)" if row["inferred"] else ")")
        )
    for held in records:
        typer.echo(f"record: {held['source']} {held['source_key']}, received {held['received_at']:%Y-%m-%d %H:%M}")


def status(data: Data = None, json: Json = False) -> None:
    """How everything is: papers, sources, index, model, processes."""
    settings = boot(data, create=False)
    from ..catalogue import documents
    from ..catalogue.papers import has_sample
    from ..search import status as index_status
    from ..search.embedding import find_model
    from ..sources.models import SourceState
    from ..work.presence import running

    index = index_status.status(settings.index_dir)
    model = find_model(settings.model_dir)
    sources = list(
        SourceState.objects.order_by("name").values(
            "name", "enabled", "outcome", "detail", "succeeded_at", "due_at", "received"
        )
    )
    facts = {
        "data": str(settings.data),
        "database": "postgresql" if settings.postgres else "sqlite",
        "papers": documents.live_count(),
        "sample": has_sample(),
        "index": asdict(index),
        "model": str(model) if model else None,
        "sources": sources,
        "running": running(settings.data),
    }
    if json:
        put_json(facts)
        return
    typer.echo(f"Data directory: {settings.data} ({facts['database']})")
    typer.echo(f"Papers: {facts['papers']:,}" + (" (the bundled sample among them)" if facts["sample"] else ""))
    typer.echo(
        f"Index: {index.state}, {index.papers:,} findable ({index.full:,} full vectors, {index.sketches:,} sketches), "
        f"{(index.bytes_words + index.bytes_columns) / 1e6:,.0f} MB, {index.lag:,} changes waiting. {index.problem}"
    )
    typer.echo(f"Full model: {model or 'not installed; `broadsheet model install` gets it (sketches work meanwhile)'}")
    typer.echo(
        "Running: " + (", ".join(f"{role} ({pid})" for role, pid in running(settings.data).items()) or "nothing")
    )
    for row in sources:
        typer.echo(f"Source {row['name']}: {row['outcome']}. {row['detail']}")
    if not sources:
        typer.echo("Sources: none chosen yet. Open the page and answer 'What do you read?'.")


def reindex(data: Data = None, json: Json = False) -> None:
    """Build the search index anew beside the live one, then swap."""
    settings = boot(data, create=False)
    from ..search.rebuild import rebuild

    tell = sys.stderr.isatty() and not json
    last = [0]

    def progress(count: int) -> None:
        if tell and count - last[0] >= 5000:
            last[0] = count
            say(f"{count:,} papers indexed ...")

    made = rebuild(settings.index_dir, progress=progress)
    put_json(asdict(made)) if json else typer.echo(f"A new index stands: {asdict(made)}")


def _gone(retraction: dict[str, str] | None) -> dict[str, object]:
    """What a hit says of a paper that was retracted or withdrawn; nothing of others."""
    return {"retraction": retraction} if retraction else {}
