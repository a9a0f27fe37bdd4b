"""Pages packed in pieces: what stays the same is deflated once, the token of each answer is set between the pieces.

A gzip stream (RFC 1952) is one deflate stream (RFC 1951) with a checksum of all of it. A piece that was ended by a full
flush starts at a byte and refers to nothing before it, so pieces can be joined in any order; a token goes between
them as a stored block. The checksum of the whole follows from those of the pieces: appending ``n`` bytes multiplies
a CRC by x^(8n) modulo its polynomial, which is linear (the method of zlib's ``crc32_combine``).
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from threading import Lock

_POLYNOMIAL = 0xEDB88320  # CRC-32, lowest power in the highest bit
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_TAIL = b"\x03\x00"  # an empty last block
_BORDER = b'\n<section class="section'  # pages are cut here, so that one act packs one section anew
MOST_BYTES = 24 * 1024 * 1024
LEVEL, QUICK = 6, 4  # of parts that are kept, and of small ones, which are mostly packed for one answer
PART = 40_000  # bytes of a part at least: a full flush forgets what came before (32 KB are remembered)


def _times(a: int, b: int) -> int:
    """The product of two polynomials over GF(2) modulo that of CRC-32, bits reflected."""
    product = 0
    for place in range(31, -1, -1):
        if a >> place & 1:
            product ^= b
        b = b >> 1 ^ _POLYNOMIAL if b & 1 else b >> 1
    return product


def _powers() -> list[int]:
    made = [1 << 23]  # x^8
    for _ in range(40):
        made.append(_times(made[-1], made[-1]))
    return made


_POWERS = _powers()  # x^(8 * 2^n)


@lru_cache(maxsize=4096)
def _shift(length: int) -> int:
    """x^(8 * length): what a CRC is multiplied by when ``length`` bytes follow."""
    power = 1 << 31  # x^0
    for place in range(length.bit_length()):
        if length >> place & 1:
            power = _times(power, _POWERS[place])
    return power


def _after(crc: int, own: int, length: int) -> int:
    """The CRC of bytes that have ``crc``, followed by ``length`` bytes that have ``own``."""
    return _times(_shift(length), crc) ^ own if crc else own


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes of a page: deflated and fully flushed, with the CRC-32 and the length of what they were."""

    packed: bytes
    crc: int
    length: int

    def plain(self) -> bytes:
        """The bytes as they were."""
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(self.packed)


def _packed(part: bytes) -> tuple[bytes, int]:
    packer = zlib.compressobj(LEVEL if len(part) >= PART else QUICK, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(part) + packer.flush(zlib.Z_FULL_FLUSH), zlib.crc32(part)


class _Parts:
    """Packed parts by their content, the longest unused out first; shared by the threads of the process."""

    def __init__(self) -> None:
        self._parts: OrderedDict[bytes, tuple[bytes, int]] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def pack(self, part: bytes) -> tuple[bytes, int]:
        """The part deflated and its CRC. Small ones are not kept: they are seldom met again on another page."""
        if len(part) < PART:
            return _packed(part)
        place = blake2b(part, digest_size=16).digest()
        with self._lock:
            known = self._parts.get(place)
            if known is not None:
                self._parts.move_to_end(place)
                return known
        made = _packed(part)
        with self._lock:
            if place not in self._parts:
                self._parts[place] = made
                self._size += len(made[0])
            while self._size > MOST_BYTES:
                self._size -= len(self._parts.popitem(last=False)[1][0])
        return made


_parts = _Parts()


def piece(plain: bytes) -> Piece:
    """Pack some bytes; parts that were packed before, in whatever page, are taken as they are."""
    cuts = [0]
    while (cut := plain.find(_BORDER, cuts[-1] + PART)) >= 0:
        cuts.append(cut)
    packed, crc = [], 0
    for start, end in zip(cuts, [*cuts[1:], len(plain)], strict=True):
        one, its_crc = _parts.pack(plain[start:end])
        packed.append(one)
        crc = _after(crc, its_crc, end - start)
    return Piece(b"".join(packed), crc, len(plain))


def _stored(text: bytes) -> bytes:
    return b"\x00" + len(text).to_bytes(2, "little") + (len(text) ^ 0xFFFF).to_bytes(2, "little") + text


def gzipped(pieces: Sequence[Piece], between: Sequence[bytes] = ()) -> bytes:
    """A gzip file of the pieces, with one of ``between`` (under 64 KB each) after each but the last."""
    out, crc, length = [_HEAD], 0, 0
    for number, one in enumerate(pieces):
        out.append(one.packed)
        crc = _after(crc, one.crc, one.length)
        length += one.length
        if number < len(pieces) - 1:
            text = between[number]
            out.append(_stored(text))
            crc, length = zlib.crc32(text, crc), length + len(text)
    out += (_TAIL, crc.to_bytes(4, "little"), (length & 0xFFFFFFFF).to_bytes(4, "little"))
    return b"".join(out)


def joined(pieces: Sequence[Piece], between: Sequence[bytes] = ()) -> bytes:
    """The same as plain bytes."""
    texts = [*between[: len(pieces) - 1], b""]
    return b"".join(part for one, text in zip(pieces, texts, strict=True) for part in (one.plain(), text))
