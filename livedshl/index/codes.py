"""Exact nearest search among K-ary hash codes by Hamming distance, with all ties.

A code has L symbols, each with one of K values. Each symbol is packed into as few bits as K needs,
in one or more 64-bit words. The distance of two codes is the number of these bit fields that
differ. Segments with equal codes share a bucket, and the search runs over the distinct codes.

Short codes: a table has one entry for every possible code. Long codes: each has two signatures with
one bit per symbol. Signatures never differ in more bits than their codes do in symbols. The search
compares the first signature of all codes, the second of those still near enough, and then only the
codes that are near enough by both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

TABLE_BITS = 20  # a table of int32 for every possible code then takes at most 4 MiB
WORD_BITS = 64
_SCAN_BLOCK = 1 << 15  # codes per block: the temporary arrays then fit the processor's cache
FIRST_PASS = 1 << 13  # codes, roughly, to compare whole before the first ring
_DONE = np.uint8(255)  # more bits than signatures can differ in
_NEXT_PASS = 4  # each later pass compares this many times more

Words = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class CodeShape:
    """The size of codes: `length` symbols (L) with `symbols` values each (K)."""

    length: int
    symbols: int

    @property
    def bits_per_symbol(self) -> int:
        """Bits for one symbol."""
        return max(1, (self.symbols - 1).bit_length())

    @property
    def symbols_per_word(self) -> int:
        """Symbols in a 64-bit word. No symbol is split over two."""
        return WORD_BITS // self.bits_per_symbol

    @property
    def words(self) -> int:
        """Words per code."""
        return -(-self.length // self.symbols_per_word)

    @property
    def bits(self) -> int:
        """Bits per code."""
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
    """Unpacks codes, uint64[..., words] to uint8[..., L]."""
    words, fields = np.divmod(np.arange(shape.length), shape.symbols_per_word)
    shifts = (fields * shape.bits_per_symbol).astype(np.uint64)
    mask = np.uint64((1 << shape.bits_per_symbol) - 1)
    return (packed[..., words] >> shifts & mask).astype(np.uint8)


def hamming(query: Words, packed: Words, shape: CodeShape) -> NDArray[np.uint8]:
    """Distance of each of `packed`, uint64[n, words], from `query`, uint64[words]: uint8[n]."""
    distances = np.zeros(len(packed), np.uint8)
    folded, shifted = np.empty((2, min(_SCAN_BLOCK, len(packed))), np.uint64)
    lowest_bits = _lowest_bits(shape)
    for start in range(0, len(packed), _SCAN_BLOCK):
        block = packed[start : start + _SCAN_BLOCK]
        found = distances[start : start + _SCAN_BLOCK]
        x, y = folded[: len(block)], shifted[: len(block)]
        for word in range(shape.words):
            np.bitwise_xor(block[:, word], query[word], out=x)
            for shift in _doubling(shape.bits_per_symbol):
                np.right_shift(x, np.uint64(shift), out=y)
                np.bitwise_or(x, y, out=x)
            np.bitwise_and(x, lowest_bits, out=x)
            found += np.bitwise_count(x)
    return distances


def signatures(packed: Words, shape: CodeShape) -> NDArray[np.uint64]:
    """Two words for each code, uint64[..., words] to uint64[2, ...].

    The first has the parity of each symbol, the second the parity of every other bit of it. Several
    symbols may share a bit, which then has their joint parity. So two signatures differ at no more
    places, in one word or the other, than their codes differ in symbols.
    """
    bits, lowest_bits = shape.bits_per_symbol, _lowest_bits(shape)
    signature = np.zeros((2, *packed.shape[:-1]), np.uint64)
    for word in range(shape.words):
        place = np.uint64(word % bits)
        for kind, shifts in enumerate((range(bits), range(0, bits, 2))):
            parity = np.zeros(packed.shape[:-1], np.uint64)
            for shift in shifts:
                parity ^= packed[..., word] >> np.uint64(shift)
            signature[kind] ^= (parity & lowest_bits) << place
    return signature


def _lowest_bits(shape: CodeShape) -> np.uint64:
    """The lowest bit of each symbol in a word."""
    bits = shape.bits_per_symbol
    return np.uint64(sum(1 << field * bits for field in range(shape.symbols_per_word)))


def _doubling(bits: int) -> Iterator[int]:
    """Shifts that together fold `bits` bits onto the lowest one."""
    folded = 1
    while folded < bits:
        shift = min(folded, bits - folded)
        yield shift
        folded += shift


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
        # Column-major: a scan reads one word of all codes at a time, three times faster this way.
        self._distinct = np.asfortranarray(ordered[first])
        self._signatures = signatures(self._distinct, shape)
        self._segments = order.astype(np.int32)
        self._offsets = np.append(first, len(ordered))

    def rings(self, query: Words, farthest_first: bool = False) -> Iterator[Ring]:
        """All segments by distance from a packed code, uint64[words], nearest ring first.

        Every segment is in exactly one ring. A ring has all its ties in ascending order, and none
        is empty. `farthest_first` reverses the order of the rings.
        """
        if self.shape.bits <= TABLE_BITS:
            yield from self._rings_by_table(query, farthest_first)
        elif farthest_first:
            yield from self._rings_by_scan(query)
        else:
            yield from self._rings_by_signature(query)

    def least_distances(self, queries: Words) -> NDArray[np.int64]:
        """How far the nearest segment lies from each of uint64[m, words], int64[m].

        It finds no rings, so few codes are compared whole.
        """
        wanted = signatures(queries, self.shape).T
        found = map(self._least_distance, queries, wanted)
        return np.fromiter(found, np.int64, len(queries))

    def _least_distance(self, query: Words, wanted: NDArray[np.uint64]) -> int:
        one, other = self._signatures ^ wanted[:, None]
        least = np.bitwise_count(np.bitwise_or(one, other, out=one))
        likeliest = self._distinct[least == least.min()]
        distance = hamming(query, likeliest, self.shape).min()
        nearer = self._distinct[least < distance]
        return int(hamming(query, nearer, self.shape).min(initial=distance))

    def _ring(self, distance: int, buckets: NDArray[np.integer]) -> Ring:
        starts, ends = self._offsets[buckets], self._offsets[buckets + 1]
        lengths = ends - starts
        # The distance of each bucket, in `_segments`, from its place in the ring.
        moved = np.repeat(starts - np.cumsum(lengths) + lengths, lengths)
        return Ring(distance, np.sort(self._segments[moved + np.arange(len(moved))]))

    def _rings_by_table(self, query: Words, farthest_first: bool) -> Iterator[Ring]:
        distances = range(self.shape.length + 1)
        for distance in reversed(distances) if farthest_first else distances:
            buckets = self._table[int(query[0]) ^ self._masks[distance]]
            buckets = buckets[buckets >= 0]
            if len(buckets):
                yield self._ring(distance, buckets)

    def _rings_by_signature(self, query: Words) -> Iterator[Ring]:
        """Searches a few distances at a time, only as far as the caller takes rings."""
        wanted = signatures(query, self.shape)
        least = self._least_distances(wanted)
        every = max(1, len(least) // FIRST_PASS)  # a sample suffices to choose the radius of a pass
        within = np.cumsum(np.bincount(least[::every], minlength=self.shape.length + 1)) * every
        done, n_wanted = -1, FIRST_PASS
        rows, found = (
            np.empty(0, np.int64),
            np.empty(0, np.uint8),
        )  # compared whole, but not yet in a ring
        while done < self.shape.length:
            radius = max(done + 1, int(np.searchsorted(within, n_wanted, "right")) - 1)
            n_wanted *= _NEXT_PASS
            near = np.flatnonzero(least <= radius)
            one, other = (self._signatures[kind].take(near) ^ wanted[kind] for kind in (0, 1))
            closer = np.bitwise_count(one | other)
            within_radius = closer <= radius
            least[near] = np.where(
                within_radius, _DONE, closer
            )  # the others return in a later pass
            near = near[within_radius]
            rows = np.append(rows, near)
            found = np.append(found, hamming(query, self._distinct[near], self.shape))
            for distance in range(done + 1, radius + 1):
                buckets = rows[found == distance]
                if len(buckets):
                    yield self._ring(distance, buckets)
            farther = found > radius
            rows, found = rows[farther], found[farther]
            done = radius

    def _least_distances(self, wanted: NDArray[np.uint64]) -> NDArray[np.uint8]:
        """Bits that differ between the first signature of each distinct code and the wanted one."""
        least = np.empty(len(self._distinct), np.uint8)
        difference = np.empty(min(_SCAN_BLOCK, len(least)), np.uint64)
        for start in range(0, len(least), _SCAN_BLOCK):
            block = self._signatures[0, start : start + _SCAN_BLOCK]
            differing = np.bitwise_xor(block, wanted[0], out=difference[: len(block)])
            np.bitwise_count(differing, out=least[start : start + _SCAN_BLOCK])
        return least

    def _rings_by_scan(self, query: Words) -> Iterator[Ring]:
        """Farthest first. Signatures bound distances only from below, so compares whole codes."""
        found = hamming(query, self._distinct, self.shape)
        for distance in range(int(found.max()), int(found.min()) - 1, -1):
            buckets = np.flatnonzero(found == distance)
            if len(buckets):
                yield self._ring(distance, buckets)

    @cached_property
    def _table(self) -> NDArray[np.int32]:
        """The bucket of every possible code, or -1, int32[2 ** bits]."""
        table = np.full(1 << self.shape.bits, -1, np.int32)
        table[self._distinct[:, 0].astype(np.int64)] = np.arange(len(self._distinct))
        return table

    @cached_property
    def _masks(self) -> list[NDArray[np.int64]]:
        """By distance, the bit patterns that change a code into each code at that distance."""
        every = np.arange(1 << self.shape.bits, dtype=np.uint64)[:, None]
        distances = hamming(np.zeros(1, np.uint64), every, self.shape)
        return [np.flatnonzero(distances == d) for d in range(self.shape.length + 1)]
