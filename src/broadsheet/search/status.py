"""How the index stands: for `status`, the about page, and the notice "index behind"."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ..catalogue import changes
from ..errors import BroadsheetError
from . import schema, store, vectors, verify, words
from .columns import FULL
from .reader import get

_COUNTED = 5000


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """``state``: ready, behind, missing or unusable; ``problem`` says in a sentence what to do about the last two.

    ``papers``: rows that can be found, ``in_words``: the same by the words, equal unless something is wrong or waits;
    ``full`` and ``sketches``: by kind of vector; ``positions``: what is committed,
    ``log``: what the change log holds, ``lag``: how many changes are not yet committed (up to 5,000 a lane).
    ``rebuilding``: a rebuild runs now; searches go on in the generation before it. ``sources``: hits are counted by
    source; False in an index that an earlier version made.
    """

    state: str
    problem: str = ""
    generation: str = ""
    papers: int = 0
    in_words: int = 0
    full: int = 0
    sketches: int = 0
    segments: int = 0
    bytes_words: int = 0
    bytes_columns: int = 0
    positions: dict[int, int] = field(default_factory=dict)
    log: dict[int, int] = field(default_factory=dict)
    lag: int = 0
    rebuilding: bool = False
    sources: bool = True


def status(index_dir: Path, *, sizes: bool = True) -> IndexStatus:
    """The state of the index in ``index_dir``. Never raises for an index that is missing or damaged."""
    log = changes.latest()
    rebuilding = store.held(index_dir / "rebuild.lock")
    try:
        with verify.suspected(index_dir):
            return _read(index_dir, log, rebuilding, sizes=sizes)
    except store.IndexMissing as problem:
        return IndexStatus("missing", str(problem), log=log, lag=_lag(log, {}), rebuilding=rebuilding)
    except (BroadsheetError, ValueError) as problem:
        return IndexStatus("unusable", str(problem), log=log, lag=_lag(log, {}), rebuilding=rebuilding)


def _read(index_dir: Path, log: dict[int, int], rebuilding: bool, *, sizes: bool) -> IndexStatus:
    snapshot = get(index_dir).refresh()
    committed = store.positions_of(snapshot.searcher, snapshot.schema)
    columns = snapshot.columns
    positions = {lane: min(committed.get(lane, 0), columns.record.position(lane)) for lane in changes.LANES}
    lag = _lag(log, positions)
    path = index_dir / snapshot.generation
    live = columns.live
    return IndexStatus(
        state="behind" if lag else "ready", generation=snapshot.generation, papers=int(live.sum()),
        in_words=int(snapshot.searcher.search(schema.all_papers(snapshot.schema), 1, count=True).count),
        full=int((live & (columns.kind == FULL)).sum()), sketches=vectors.pending(columns),
        segments=int(snapshot.searcher.num_segments), bytes_words=store.size(path / "words") if sizes else 0,
        bytes_columns=store.size(path / "columns") if sizes else 0, positions=positions, log=log, lag=lag,
        rebuilding=rebuilding, sources=words.has_sources(snapshot),
    )


def _lag(log: dict[int, int], positions: dict[int, int]) -> int:
    """Changes not yet committed (numbers run through both lanes, so they are counted); at most ``_COUNTED`` a lane."""
    return sum(len(changes.read(lane, positions.get(lane, 0), _COUNTED)) for lane in changes.LANES
               if log.get(lane, 0) > positions.get(lane, 0))
