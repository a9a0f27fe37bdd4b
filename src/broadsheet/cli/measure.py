"""Measuring: `bench` and `evaluate`. Both work in throw-away directories and never change the data directory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError
from .common import Data, Json, boot, guarded, put_json

bench_app = typer.Typer(help="Measure speed on this machine.", no_args_is_help=True)
evaluate_app = typer.Typer(help="Measure quality on judged collections.", no_args_is_help=True)
Quick = Annotated[bool, typer.Option("--quick/--full", help="End within 30 seconds, or run all counts.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this family."""
    app.add_typer(bench_app, name="bench")
    app.add_typer(evaluate_app, name="evaluate")


@contextmanager
def _ground(directory: Path, *, migrate: bool = True) -> Iterator[None]:
    """A throw-away data directory, in which ``directory`` is measured. Raises UsageError where that is none."""
    if not directory.is_dir():
        raise UsageError(f"{directory} is not a directory. Nothing was measured.")
    with tempfile.TemporaryDirectory(prefix="broadsheet-evaluate-") as scratch:
        boot(Path(scratch), migrate=migrate)
        yield


def _report(result: dict[str, object], json: bool) -> None:
    if json:
        put_json(result)
        return
    for name, value in result.items():
        typer.echo(f"{name:28} {value}")


@bench_app.command("search")
@guarded
def bench_search(
    queries: Annotated[Path | None, typer.Option(help="A directory of query logs, one query a line.")] = None,
    quick: Quick = True,
    data: Data = None,
    json: Json = False,
) -> None:
    """Speed of search by words and hybrid, beside raw tantivy and SQLite FTS5."""
    settings = boot(data, create=False)
    from ..bench.search import run_search_bench

    _report(run_search_bench(settings.index_dir, queries=queries, quick=quick), json)


@bench_app.command("fresh")
@guarded
def bench_fresh(quick: Quick = True, data: Data = None, json: Json = False) -> None:
    """From commit of one paper to being found by another process."""
    boot(data, create=False)
    from ..bench.fresh import run_fresh

    _report(run_fresh(seconds=8 if quick else 60), json)


@bench_app.command("web")
@guarded
def bench_web(
    clients: Annotated[int, typer.Option(help="Clients at once.")] = 8,
    day: Annotated[str | None, typer.Option(help="The day to ask for; the largest without it.")] = None,
    readers: Annotated[int, typer.Option(help="Compare with a copy that has so many readers.")] = 0,
    votes: Annotated[int, typer.Option(help="Votes of these readers.")] = 200_000,
    comments: Annotated[int, typer.Option(help="Comments of these readers.")] = 20_000,
    quick: Quick = True,
    data: Data = None,
    json: Json = False,
) -> None:
    """Speed of front, paper and search pages over HTTP; with --readers, what votes and comments cost them."""
    settings = boot(data, create=False)
    if readers:
        from ..bench.readers import run_readers

        _report(run_readers(settings, clients=clients, seconds=3.0 if quick else 15.0, readers=readers, votes=votes,
                            comments=comments), json)
        return
    from ..bench.web import run_web

    _report(run_web(settings, clients=clients, day=day, seconds=2.0 if quick else 20.0), json)


@bench_app.command("votes")
@guarded
def bench_votes(
    clients: Annotated[int, typer.Option(help="Readers at once.")] = 8,
    quick: Quick = True,
    json: Json = False,
) -> None:
    """Votes and comments of several readers at once, beside a bulk import, each looked for afterwards."""
    from ..bench.votes import run_votes

    _report(run_votes(clients=clients, seconds=5.0 if quick else 60.0), json)


@bench_app.command("start")
@guarded
def bench_start(quick: Quick = True, data: Data = None, json: Json = False) -> None:
    """From `broadsheet start` to the first page, and to the end of a clean stop, on a copy of this installation."""
    settings = boot(data, create=False)
    from ..bench.start import run_start

    _report(run_start(settings, times=3 if quick else 10), json)


@bench_app.command("crawl")
@guarded
def bench_crawl(quick: Quick = True, data: Data = None, json: Json = False) -> None:
    """The front page for a reader while a crawler walks the archive at 20 pages a second."""
    settings = boot(data, create=False)
    from ..bench.web import run_crawl

    _report(run_crawl(settings, seconds=10.0 if quick else 60.0), json)


@bench_app.command("feeds")
@guarded
def bench_feeds(quick: Quick = True, data: Data = None, json: Json = False) -> None:
    """What programs that poll feeds cost; --full polls for ten minutes at 10,000 an hour."""
    settings = boot(data, create=False)
    from ..bench.feeds import run_feeds

    _report(run_feeds(settings, polls=300 if quick else 1_700, paced=not quick), json)


@bench_app.command("digest")
@guarded
def bench_digest(
    corpora: Annotated[Path | None, typer.Option(help="A folder with hf_daily_papers and arxiv_daily; without it the "
                                                 "bundled sample is used.")] = None,
    readers: Annotated[int, typer.Option(min=1, help="How many readers.")] = 10_000,
    days: Annotated[int, typer.Option(min=1, max=60, help="Replay so many days through a bad server with TLS and "
                                      "login, killing the sender; 1: one day through a good one.")] = 1,
    quick: Quick = True,
    json: Json = False,
) -> None:
    """Make a day's mail for many readers and send it to a mail server on loopback; --quick stops at 500 readers."""
    if corpora is not None and not corpora.is_dir():
        raise UsageError(f"{corpora} is not a directory. Nothing was measured.")
    from ..bench.digest import bench

    _report(bench(corpora, min(readers, 500) if quick else readers, days), json)


@evaluate_app.command("taste")
@guarded
def evaluate_taste(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A directory with the daily corpora.")],
    plot: Annotated[Path | None, typer.Option(help="An SVG file to draw the table into.")] = None,
    development: Annotated[bool, typer.Option(
        "--development", help="The topics and days that settings are chosen on, not those reported.")] = False,
    quick: Quick = False,
    json: Json = False,
) -> None:
    """nDCG@30 of "my order" for simulated readers on real days, beside simpler orders."""
    with _ground(directory):
        from ..evaluate.taste import evaluate
        from ..evaluate.taste_plot import draw

        result = evaluate(directory, quick=quick, development=development)
        if plot is not None:
            plot.write_text(draw(result), "utf-8")
        _report(result, json)


@evaluate_app.command("search")
@guarded
def evaluate_search(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A collection in BEIR layout, or a folder of them.")],
    mode: Annotated[str, typer.Option(help="words, meaning or hybrid.")] = "hybrid",
    vectors: Annotated[str, typer.Option(help="sketch, full, or mixture: 0 to 100% full.")] = "sketch",
    keep: Annotated[Path | None, typer.Option(help="A directory that keeps full vectors for the next run.")] = None,
    quick: Quick = False,
    json: Json = False,
) -> None:
    """nDCG@10, recall@100 and MRR@10 through the product's own pipeline."""
    if mode not in ("words", "meaning", "hybrid") or vectors not in ("full", "sketch", "mixture"):
        raise UsageError("--mode must be words, meaning or hybrid; --vectors full, sketch or mixture. Nothing was "
                         "measured.")
    with _ground(directory):
        from ..evaluate.search import evaluate_search as measure

        _report(dict(measure(directory, mode=mode, vectors=vectors, quick=quick, keep=keep)), json)


@evaluate_app.command("trending")
@guarded
def evaluate_trending(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Holds hf_daily_papers.jsonl or .jsonl.zst.")],
    days: Annotated[int, typer.Option(help="How many of the newest days, at least 3.")] = 60,
    seed: Annotated[int, typer.Option(help="The seed of the hours that are drawn.")] = 9,
    plot: Annotated[Path | None, typer.Option(help="Write the figures as a plot (SVG) to this file.")] = None,
    json: Json = False,
) -> None:
    """How soon trending knows the day's final ten, with votes of real days arriving over simulated hours."""
    with _ground(directory):
        from ..evaluate.plot import trending_plot
        from ..evaluate.trending import evaluate_trending as measure

        result = measure(directory, days=days, seed=seed)
        if plot is not None:
            plot.write_text(trending_plot(result), "utf-8")
        _report(result, json)


@evaluate_app.command("digest")
@guarded
def evaluate_digest(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Holds hf_daily_papers and arxiv_daily (.zst).")],
    days: Annotated[int, typer.Option(min=1, help="How many of the newest days.")] = 20,
    plot: Annotated[Path | None, typer.Option(help="Write the figures as a plot (SVG) to this file.")] = None,
    json: Json = False,
) -> None:
    """The choice of papers for a mail against the most voted, plain greedy, and two that follow a changing day."""
    with _ground(directory, migrate=False):
        from ..evaluate import digest

        result = digest.evaluate_digest(directory, days=days)
        if plot is not None:
            plot.write_text(digest.plot(result), "utf-8")
        _report(result, json)
