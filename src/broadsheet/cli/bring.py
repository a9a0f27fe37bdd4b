"""Papers in: `import`, `harvest`, `sample`."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from ..config import Config
from ..errors import UsageError
from .common import Data, Json, boot, guarded, now, put_json, say

sample_app = typer.Typer(help="The bundled sample of real papers.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register the commands of this family."""
    app.command("import")(guarded(import_))
    app.command("harvest")(guarded(harvest))
    app.add_typer(sample_app, name="sample")


def import_(
    paths: Annotated[list[Path], typer.Argument(help="Files (.jsonl, .bib; .gz and .zst too) or directories.")],
    rights: Annotated[str, typer.Option(help="Who may read the abstracts: members or public.")] = "members",
    index: Annotated[bool, typer.Option(help="Wait until everything is findable.")] = True,
    data: Data = None,
    json: Json = False,
) -> None:
    """Import papers from files. Repeating an import adds nothing twice."""
    started = time.perf_counter()
    if rights not in ("members", "public"):
        raise UsageError(f"--rights must be members or public, not {rights!r}. Nothing was imported.")
    settings = boot(data)
    from ..catalogue.importing.run import import_paths
    from ..work import presence

    follower = _Follower(settings) if index else None
    try:
        with _Progress(not json) as seen:
            report = import_paths(
                paths,
                now=now(),
                rejects_dir=settings.data / "rejects",
                rights=rights,
                seen=seen,
                alone=presence.alone(settings.data),
            )
        if follower:
            follower.wait(not json)
    finally:
        if follower:
            follower.close()
    seconds = time.perf_counter() - started
    counts = report.counts
    result: dict[str, Any] = {
        name: getattr(counts, name) for name in ("read", "added", "updated", "unchanged", "merged", "rejected")
    }
    result |= {"seconds": round(seconds, 3), "papers_per_second": round(counts.read / seconds, 1)}
    result |= {
        "conflicts": len(counts.conflicts),
        "faults": report.faults,
        "rejects_file": str(report.rejects_file) if report.rejects_file else None,
    }
    if json:
        put_json(result)
    else:
        _tell(result)
    for reject in report.rejects[:20]:
        say(f"rejected: {reject.file}:{reject.line}: {reject.field}: {reject.reason}")
    if report.rejects_file:
        say(f"{counts.rejected} records were not taken; they are kept, with reasons, in {report.rejects_file}")
    for fault in report.faults:
        say(fault)
    if report.faults:
        raise typer.Exit(3 if counts.read == 0 else 1)
    if counts.rejected:
        raise typer.Exit(1)


def _tell(result: dict[str, Any]) -> None:
    typer.echo(
        f"{result['read']:,} read: {result['added']:,} added, {result['updated']:,} updated, "
        f"{result['merged']:,} merged, {result['unchanged']:,} unchanged, {result['rejected']:,} rejected. "
        f"{result['seconds']:.1f} s, {result['papers_per_second']:,.0f} papers/s until findable."
    )


class _Progress:
    """Lines read, on a terminal only."""

    def __init__(self, wanted: bool) -> None:
        self.wanted = wanted and sys.stderr.isatty()
        self.count = 0

    def __enter__(self) -> Callable[[Path, int], None] | None:
        if not self.wanted:
            return None
        from rich.console import Console
        from rich.progress import Progress, TextColumn, TimeElapsedColumn

        self.bar = Progress(
            TextColumn("{task.description}"),
            TextColumn("{task.completed:,.0f} records"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        )
        self.bar.start()
        self.task = self.bar.add_task("Reading", total=None)
        return self._seen

    def _seen(self, path: Path, line: int) -> None:
        self.count += 1
        if self.count % 200 == 0:
            self.bar.update(self.task, completed=self.count, description=path.name)

    def __exit__(self, *exc: object) -> None:
        if self.wanted:
            self.bar.update(self.task, completed=self.count)
            self.bar.stop()


class _Follower:
    """A child that indexes while we import; where a worker already follows, it does the work and we wait for it."""

    def __init__(self, settings: Config) -> None:
        self.settings = settings
        self.child = self._start(subprocess.PIPE)

    def _start(self, stdin: int) -> subprocess.Popen[bytes]:
        data = str(self.settings.data)
        return subprocess.Popen(
            [sys.executable, "-m", "broadsheet", "work", "--until-idle", "--index-only", "--data", data],
            stdin=stdin,
            stdout=subprocess.DEVNULL,
        )

    def wait(self, tell: bool) -> None:
        """Return when the index has everything that was in the log now."""
        from ..catalogue import changes
        from ..search import status as index_status

        target = changes.latest()
        if tell and sys.stderr.isatty():
            say("Indexing ...")
        if self.child.stdin:
            self.child.stdin.close()  # tells the child that nothing more will come
        while True:
            reached = index_status.status(self.settings.index_dir, sizes=False)
            if reached.state == "unusable":
                say(reached.problem)
                return
            if all(reached.positions.get(lane, 0) >= seq for lane, seq in target.items()):
                return
            if self.child.poll() is not None:
                if self.child.returncode not in (0, 4):
                    say("The index is not up to date; the papers are stored. Run `broadsheet work --until-idle`.")
                    return
                time.sleep(0.5)  # whoever followed instead of our child may end before it has come to our papers
                self.child = self._start(subprocess.DEVNULL)
            time.sleep(0.05)

    def close(self) -> None:
        """End the child."""
        if self.child.stdin and not self.child.stdin.closed:
            self.child.stdin.close()
        try:
            self.child.wait(20)
        except subprocess.TimeoutExpired:
            self.child.kill()


def _since(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--since must be a day such as 2026-05-12, not {text!r}. Nothing was asked.") from None


def harvest(
    source: Annotated[
        str | None, typer.Argument(help="One source (see `status`); all enabled ones without it.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="First day to ask for, such as 2026-05-12.")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Ask the sources for what is new, now."""
    first = _since(since)
    boot(data, create=False)
    from ..sources import harvest as harvesting
    from ..sources.models import SourceState

    names = list(SourceState.objects.filter(enabled=True).order_by("name").values_list("name", flat=True))
    if source is not None:
        if source not in names:
            raise UsageError(
                f"No source is called {source!r}. Known here: {', '.join(names) or 'none yet'}. "
                "Sources are chosen on the page 'What do you read?' or with `broadsheet start`."
            )
        names = [source]
    if not names:
        raise UsageError("No source is chosen yet. Open the page and answer 'What do you read?'.")
    outcomes = {}
    for name in names:
        outcome = harvesting.harvest(name, now=now(), since=first)
        outcomes[name] = {field: getattr(outcome, field) for field in outcome.__dataclass_fields__}
        if not json:
            state = SourceState.objects.get(name=name)
            typer.echo(f"{name}: {state.outcome}. {state.detail}")
    if json:
        put_json(outcomes)
    if SourceState.objects.filter(name__in=names, outcome="failed").exists():
        raise typer.Exit(3)


@sample_app.command("load")
@guarded
def sample_load(data: Data = None, json: Json = False) -> None:
    """Bring the sample."""
    settings = boot(data)
    from ..catalogue import sample

    report = sample.load(now(), settings.data / "rejects")
    put_json({"added": report.counts.added}) if json else typer.echo(f"{report.counts.added} sample papers added.")


@sample_app.command("remove")
@guarded
def sample_remove(data: Data = None, json: Json = False) -> None:
    """Take the sample away without a trace."""
    boot(data, create=False)
    from ..catalogue import papers

    gone = papers.remove_sample(now())
    put_json({"removed": gone}) if json else typer.echo(f"{gone} sample papers removed.")
