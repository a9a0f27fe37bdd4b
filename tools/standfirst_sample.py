"""Draw the abstracts on which the standfirst is judged: 200 to tune on (dev), another 100 to test once (frozen).

    python tools/standfirst_sample.py CORPORA_DIR OUT_DIR

The draw is fixed by a hash of each record's id, ten strata alike, so the same corpora give the same sample. Judges
get ``{"id", "title", "sentences"}`` a line and name, per abstract, the sentence that states the claim and the others
that would do. The files hold other people's texts and stay outside the project; ``standfirst_labels.py`` keeps ids,
sentence numbers and hashes.
"""

from __future__ import annotations

import argparse
import heapq
import io
import json
import sys
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson
import zstandard

from broadsheet.text import folding, language, latex, markup, sentences

Record = dict[str, Any]
SEED = b"broadsheet standfirst 1"
DEV_EACH, FROZEN_EACH, SPARE_EACH = 20, 10, 60
SHORTEST, LONGEST = 3, 25  # sentences


def _starts(*prefixes: str) -> Callable[[Record], bool]:
    return lambda record: (record.get("categories") or [""])[0].startswith(prefixes)


# Stratum -> (corpus, which of its records belong).
STRATA: dict[str, tuple[str, Callable[[Record], bool]]] = {
    "language": ("acl_anthology", lambda record: True),
    "information science": ("acm_dl", lambda record: True),
    "learning conferences": ("conferences", lambda record: True),
    "daily papers": ("hf_daily_papers", lambda record: True),
    "computer science": ("arxiv_daily", _starts("cs.", "stat.")),
    "astronomy": ("arxiv_daily", _starts("astro-ph")),
    "mathematics": ("arxiv_daily", _starts("math.")),
    "physics": ("arxiv_daily", _starts("hep-", "gr-qc", "nucl-", "quant-ph", "physics", "math-ph", "cond-mat")),
    "medicine": ("other_fields", _starts("systematic-review", "medicine", "biology")),
    "economics": ("other_fields", _starts("econ")),
}


def records(path: Path) -> Iterator[Record]:
    """The records of one corpus, one at a time."""
    with path.open("rb") as raw:
        for line in io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(raw)):  # type: ignore[arg-type]
            yield orjson.loads(line)


def sentences_of(record: Record) -> list[str]:
    """The sentences of an abstract as a page shows them: cleaned, accents in Unicode, formulas as TeX."""
    return sentences.split(latex.to_unicode(markup.clean(record["abstract"])))


def _place(record: Record) -> int:
    return int.from_bytes(blake2b(record["id"].encode(), key=SEED, digest_size=8).digest(), "big")


def draw(corpora: Path) -> dict[str, list[tuple[str, Record]]]:
    """``dev`` and ``frozen``, each a list of (corpus, record), disjoint by id and by title."""
    candidates: dict[str, list[tuple[int, str, Record]]] = {stratum: [] for stratum in STRATA}
    for corpus in sorted({corpus for corpus, _ in STRATA.values()}):
        mine = [(name, belongs) for name, (of, belongs) in STRATA.items() if of == corpus]
        for record in records(corpora / f"{corpus}.jsonl.zst"):
            if len(record["abstract"]) < 300:
                continue
            for name, belongs in mine:
                if belongs(record):
                    _keep(candidates[name], (-_place(record), record["id"], record))
    out: dict[str, list[tuple[str, Record]]] = {"dev": [], "frozen": []}
    seen: set[str] = set()
    for name, heap in candidates.items():
        chosen = [record for _, _, record in sorted(heap, reverse=True, key=lambda item: item[:2])]
        chosen = [record for record in chosen if _is_fit(record, seen)][: DEV_EACH + FROZEN_EACH]
        corpus = STRATA[name][0]
        out["dev"] += [(corpus, record) for record in chosen[:DEV_EACH]]
        out["frozen"] += [(corpus, record) for record in chosen[DEV_EACH:]]
    return out


def _keep(heap: list[tuple[int, str, Record]], item: tuple[int, str, Record]) -> None:
    if len(heap) < DEV_EACH + FROZEN_EACH + SPARE_EACH:
        heapq.heappush(heap, item)
    elif item[:2] > heap[0][:2]:
        heapq.heapreplace(heap, item)


def _is_fit(record: Record, seen: set[str]) -> bool:
    """English, a sensible number of sentences, not drawn before under another id."""
    title = folding.slug(record["title"])
    split = sentences_of(record)
    if title in seen or not SHORTEST <= len(split) <= LONGEST or language.detect(record["abstract"]) != "en":
        return False
    seen.add(title)
    return True


def write(path: Path, chosen: list[tuple[str, Record]]) -> None:
    """One line an abstract, written beside and renamed, so that a reader never sees half a file."""
    lines = [
        json.dumps(
            {
                "id": record["id"],
                "title": latex.to_unicode(markup.clean(record["title"])),
                "sentences": sentences_of(record),
            },
            ensure_ascii=False,
        )
        for _, record in chosen
    ]
    beside = path.with_suffix(".tmp")
    beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
    beside.replace(path)


def main() -> int:
    """Write ``dev.jsonl`` and ``frozen.jsonl`` into OUT_DIR."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, chosen in draw(arguments.corpora).items():
        write(arguments.out / f"{name}.jsonl", chosen)
        print(f"{name}: {len(chosen)} abstracts", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
