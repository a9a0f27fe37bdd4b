"""Files as streams of lines: plain, gzip and zstd, in flat memory, whatever a line holds."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import zstandard

from ...errors import BroadsheetError

LINE_LIMIT = 4 * 1024 * 1024  # bytes; a longer line is skipped without being held in memory
_CHUNK = 1 << 20
_PACKED = 1 << 14  # zstd unpacks at most some thousand times this at once
_BOM = b"\xef\xbb\xbf"


class FileFault(BroadsheetError):
    """A file that cannot be read at all, or not to its end."""


@dataclass(frozen=True, slots=True)
class Line:
    """Line ``number`` (from 1) of a file. ``fault`` is set, and ``data`` cut short, when it cannot be taken."""

    number: int
    data: bytes
    fault: str = ""


def chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, unpacked, a piece at a time; raises :class:`FileFault` if it cannot be opened.

    A broken or cut archive raises ``EOFError``, ``zlib.error`` or ``zstandard.ZstdError`` after its whole part.
    """
    try:
        raw = path.open("rb")
    except OSError as problem:
        raise FileFault(
            f"{path} cannot be read ({problem.strerror}). Nothing of it was imported; what other files brought stands. "
            "Check the path and the rights of the file, then import it again."
        ) from None
    with raw:
        packing = path.suffix.lower()
        if packing == ".zst":
            yield from _unzstd(raw)
        elif packing == ".gz":
            with gzip.GzipFile(fileobj=raw) as stream:
                while piece := stream.read1(_CHUNK):  # `read` would lose what it has when the archive breaks off
                    yield piece
        else:
            while piece := raw.read(_CHUNK):
                yield piece


def _unzstd(raw: IO[bytes]) -> Iterator[bytes]:
    """All frames of a zstd file; EOFError when the last one has no end (the library's reader would end silently)."""
    unpacker = None
    while packed := raw.read(_PACKED):
        while packed:
            unpacker = unpacker or zstandard.ZstdDecompressor(max_window_size=1 << 31).decompressobj()
            if piece := unpacker.decompress(packed):
                yield piece
            if not unpacker.eof:
                break
            packed, unpacker = unpacker.unused_data, None
    if unpacker is not None:
        raise EOFError("the last zstd frame has no end")


def lines(path: Path, limit: int = LINE_LIMIT) -> Iterator[Line]:
    """The lines of a file without their ends; blank ones are left out.

    A line over ``limit`` bytes comes once, with a fault and its first bytes. Raises :class:`FileFault` when the
    file breaks off (a truncated archive) after the lines before the break have been given.
    """
    number, rest, skipping = 0, b"", False
    try:
        for chunk in _without_bom(chunks(path)):
            *whole, last = (rest + chunk).split(b"\n")
            for data in whole:
                number += 1
                if skipping:
                    skipping = False
                elif len(data) > limit:
                    yield Line(number, data[:2_000], _too_long(limit))
                elif data.strip():
                    yield Line(number, data.rstrip(b"\r"))
            if skipping:
                rest = b""
            elif len(last) > limit:
                yield Line(number + 1, last[:2_000], _too_long(limit))
                rest, skipping = b"", True
            else:
                rest = last
    except (EOFError, zlib.error, zstandard.ZstdError, OSError) as problem:
        raise FileFault(
            f"{path} breaks off after line {number} ({problem}). The whole lines before were imported. "
            "Fetch the file again and repeat the import: what is known is not added twice."
        ) from None
    if rest.strip() and not skipping:
        yield Line(number + 1, rest.rstrip(b"\r"))


def _without_bom(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes less a byte order mark at the very start, however the pieces are cut."""
    start = b""
    for piece in pieces:
        start += piece
        if len(start) >= len(_BOM) or not _BOM.startswith(start):
            yield start.removeprefix(_BOM)
            yield from pieces
            return
    yield start


def _too_long(limit: int) -> str:
    return f"is longer than {limit // (1024 * 1024)} MB; only its first 2,000 bytes were kept"
