"""Exact nearest search among K-ary hash codes by Hamming distance, with all ties.

A code is L symbols out of K values. Codes are packed, each symbol in as few bits as K needs, into
one or more 64-bit words, so that the distance of two codes is the number of bit fields that
differ. Segments of equal code form one bucket, and the search runs over the distinct codes only.

Short codes are looked up in a table with one entry for every possible code. Long codes are compared
with every distinct code in one scan; where there are very many, binary search is tried first at
distances 0 and 1.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

TABLE_BITS = 20  # up to here one int32 for every possible code costs at most 4 MiB
WORD_BITS = 64
_SEARCH_FROM = 1 << 18  # distinct codes from which on searching distances 0 and 1 saves time
_SCAN_BLOCK = 1 << 15  # codes a block: the temporary arrays then stay in the processor's cache

Words = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class CodeShape:
    """How codes look: `length` symbols (L) out of `symbols` values (K)."""

    length: int
    symbols: int

    @property
    def bits_per_symbol(self) -> int:
        """Bits that hold one symbol."""
        return max(1, (self.symbols - 1).bit_length())

    @property
    def symbols_per_word(self) -> int:
        """Symbols that fit one 64-bit word; none is split over two."""
        return WORD_BITS // self.bits_per_symbol

    @property
    def words(self) -> int:
        """Words a code takes."""
        return -(-self.length // self.symbols_per_word)

    @property
    def bits(self) -> int:
        """Bits a code takes."""
        return self.length * self.bits_per_symbol


@dataclass(frozen=True, slots=True, eq=False)
class Ring:
    """All segments at one Hamming distance from a query: `segments` is int32[ties]."""

    distance: int
    segments: NDArray[np.int32]


def pack(codes: NDArray[np.uint8], shape: CodeShape) -> Words:
    """Packs codes, uint8[..., L] to uint64[..., words], the first symbol in the lowest bits."""
    packed = np.zeros((*codes.shape[:-1], shape.words), np.uint64)
    for position in range(shape.length):
        word, field = divmod(position, shape.symbols_per_word)
        symbol = codes[..., position].astype(np.uint64)
        packed[..., word] |= symbol << np.uint64(field * shape.bits_per_symbol)
    return packed


def unpack(packed: Words, shape: CodeShape) -> NDArray[np.uint8]:
    """The codes that `pack` packed, uint64[..., words] to uint8[..., L]."""
    words, fields = np.divmod(np.arange(shape.length), shape.symbols_per_word)
    shifts = (fields * shape.bits_per_symbol).astype(np.uint64)
    mask = np.uint64((1 << shape.bits_per_symbol) - 1)
    return (packed[..., words] >> shifts & mask).astype(np.uint8)


def hamming(query: Words, packed: Words, shape: CodeShape) -> NDArray[np.uint8]:
    """Symbols in which each of `packed`, uint64[n, words], differs from `query`, uint64[words]."""
    bits = shape.bits_per_symbol
    lowest_bits = np.uint64(
        sum(1 << field * bits for field in range(shape.symbols_per_word)) & (2**WORD_BITS - 1)
    )
    distances = np.empty(len(packed), np.uint8)
    for start in range(0, len(packed), _SCAN_BLOCK):
        block = packed[start : start + _SCAN_BLOCK]
        total = np.zeros(len(block), np.uint8)
        for word in range(shape.words):
            difference = block[:, word] ^ query[word]
            folded = difference.copy()
            for shift in range(1, bits):
                folded |= difference >> np.uint64(shift)
            total += np.bitwise_count(folded & lowest_bits)
        distances[start : start + _SCAN_BLOCK] = total
    return distances


class CodeIndex:
    """Finds the segments whose backward codes lie nearest to a forward code.

    backward: uint64[n, words], the packed backward codes of all segments, n >= 1.
    """

    def __init__(self, backward: Words, shape: CodeShape) -> None:
        self.shape = shape
        order = np.lexsort(backward.T)
        ordered = backward[order]
        opens_bucket = np.ones(len(ordered), np.bool_)
        opens_bucket[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
        first = np.flatnonzero(opens_bucket)
        # By columns: a scan reads one word of all codes at a time, thrice as fast where it lies so.
        self._distinct = np.asfortranarray(ordered[first])
        self._segments = order.astype(np.int32)
        self._offsets = np.append(first, len(ordered))

    @property
    def distinct_codes(self) -> int:
        """How many different backward codes there are."""
        return len(self._distinct)

    def rings(self, query: Words, farthest_first: bool = False) -> Iterator[Ring]:
        """All segments by distance from a packed code, uint64[words], nearest ring first.

        Every segment comes in exactly one ring, every ring holds all its ties in ascending
        order, and empty distances are passed over. `farthest_first` turns the order round.
        """
        if self.shape.bits <= TABLE_BITS:
            yield from self._rings_by_table(query, farthest_first)
        else:
            yield from self._rings_by_scan(query, farthest_first)

    def nearest(self, query: Words) -> Ring:
        """The first ring: the least distance that any segment has, and all segments that do."""
        return next(self.rings(query))

    def _ring(self, distance: int, buckets: NDArray[np.integer]) -> Ring:
        starts, ends = self._offsets[buckets], self._offsets[buckets + 1]
        runs = [self._segments[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
        return Ring(distance, np.sort(np.concatenate(runs)))

    def _rings_by_table(self, query: Words, farthest_first: bool) -> Iterator[Ring]:
        distances = range(self.shape.length + 1)
        for distance in reversed(distances) if farthest_first else distances:
            buckets = self._table[int(query[0]) ^ self._masks[distance]]
            buckets = buckets[buckets >= 0]
            if len(buckets):
                yield self._ring(distance, buckets)

    def _rings_by_scan(self, query: Words, farthest_first: bool) -> Iterator[Ring]:
        done = 0
        if not farthest_first and len(self._distinct) >= _SEARCH_FROM:
            for distance, keys in ((0, query[None]), (1, self._neighbours(query))):
                buckets = self._find(keys)
                if len(buckets):
                    yield self._ring(distance, buckets)
            done = 2
        found = hamming(query, self._distinct, self.shape)
        distances = range(max(done, int(found.min())), int(found.max()) + 1)
        for distance in reversed(distances) if farthest_first else distances:
            buckets = np.flatnonzero(found == distance)
            if len(buckets):
                yield self._ring(distance, buckets)

    @cached_property
    def _table(self) -> NDArray[np.int32]:
        """Bucket of every possible code, -1 where no segment has it, int32[2 ** bits]."""
        table = np.full(1 << self.shape.bits, -1, np.int32)
        table[self._distinct[:, 0].astype(np.int64)] = np.arange(len(self._distinct))
        return table

    @cached_property
    def _masks(self) -> list[NDArray[np.int64]]:
        """By distance, the bit patterns that turn a code into all codes at that distance."""
        every = np.arange(1 << self.shape.bits, dtype=np.uint64)[:, None]
        distances = hamming(np.zeros(1, np.uint64), every, self.shape)
        return [np.flatnonzero(distances == d) for d in range(self.shape.length + 1)]

    @cached_property
    def _single_changes(self) -> Words:
        """Bit patterns that turn a code into all codes at distance 1, uint64[L (K' - 1), words]."""
        values = 1 << self.shape.bits_per_symbol  # K', the values that fit a field
        changes = np.zeros((self.shape.length, values - 1, self.shape.length), np.uint8)
        for position in range(self.shape.length):
            changes[position, :, position] = np.arange(1, values)
        return pack(changes.reshape(-1, self.shape.length), self.shape)

    def _neighbours(self, query: Words) -> Words:
        return query ^ self._single_changes

    def _find(self, keys: Words) -> NDArray[np.int64]:
        """The buckets, ascending, of those of `keys`, uint64[m, words], that are in the index.

        The distinct codes are sorted by their last word first (np.lexsort), so a search on that
        word leaves a run; further words narrow the run of each key.
        """
        low = np.searchsorted(self._distinct[:, -1], keys[:, -1], "left")
        high = np.searchsorted(self._distinct[:, -1], keys[:, -1], "right")
        hit = np.flatnonzero(low < high)
        found = []
        for key, a, b in zip(keys[hit], low[hit].tolist(), high[hit].tolist(), strict=True):
            for word in range(self.shape.words - 2, -1, -1):
                column = self._distinct[a:b, word]
                a, b = (
                    a + int(np.searchsorted(column, key[word], "left")),
                    a + int(np.searchsorted(column, key[word], "right")),
                )
            if a < b:
                found.append(a)
        return np.sort(np.array(found, np.int64))
