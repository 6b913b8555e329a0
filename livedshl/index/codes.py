"""Exact nearest search among K-ary hash codes by Hamming distance, with all ties.

A code has L symbols, each with one of K values. Each symbol is packed into as few bits as K needs,
in one or more 64-bit words. The distance of two codes is the number of these bit fields that
differ. Segments with equal codes share a bucket, and the search runs over the distinct codes.

Short codes: a table has one entry for every possible code. Long codes are kept in planes: the first
has the first bit of every symbol, the second the second bit, and so on. Two codes differ in a
symbol where any of their planes differ, so it takes a few operations on whole words to compare
them. The search compares the first plane of all codes, which shows how far each lies at least, and
then all planes of those that may be near enough.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

TABLE_BITS = 20  # a table of int32 for every possible code then takes at most 4 MiB
WORD_BITS = 64
_SCAN_BLOCK = 1 << 15  # codes per block: the temporary arrays then fit the processor's cache
FIRST_PASS = 1 << 12  # codes, roughly, to compare whole before the first ring
_DONE = np.uint8(255)  # more symbols than codes can differ in
_NEXT_PASS = 4  # each later pass compares this many times more

Words = NDArray[np.uint64]
Planes = NDArray[np.uint32] | NDArray[np.uint64]


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


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the first ring lies, and how many segments have the distance that was asked about."""

    first: int
    ties: int


def pack(codes: NDArray[np.uint8], shape: CodeShape) -> Words:
    """Packs codes, uint8[..., L] to uint64[..., words], the first symbol in the lowest bits."""
    packed = np.zeros((*codes.shape[:-1], shape.words), np.uint64)
    bits, in_word = shape.bits_per_symbol, shape.symbols_per_word
    for position in range(shape.length):
        word, field = divmod(position, in_word)
        symbol = codes[..., position].astype(np.uint64)
        packed[..., word] |= symbol << np.uint64(field * bits)
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


def planes(packed: Words, shape: CodeShape) -> NDArray[np.uint64]:
    """The bits of codes by their place in a symbol.

    uint64[..., words] to uint64[bits, groups, ...].
    Each word of a plane has one bit of each symbol in a group of words. There are as many words in
    a group as bits in a symbol, so the bits of one word find room between those of the others.
    """
    bits, lowest_bits = shape.bits_per_symbol, _lowest_bits(shape)
    sliced = np.zeros((bits, -(-shape.words // bits), *packed.shape[:-1]), np.uint64)
    for word in range(shape.words):
        group, place = divmod(word, bits)
        for bit in range(bits):
            of_symbols = packed[..., word] >> np.uint64(bit) & lowest_bits
            sliced[bit, group] |= of_symbols << np.uint64(place)
    return sliced


def differences(wanted: Planes, sliced: Planes) -> NDArray[np.uint8]:
    """In how many symbols codes differ from the wanted one, by the planes given, uint8[n].

    wanted: uint64[planes, groups]. sliced: uint64[planes, groups, n]. Both may be of uint32.
    """
    n_codes = sliced.shape[-1]
    differing = np.empty(n_codes, np.uint8)
    folded, other = np.empty((2, min(_SCAN_BLOCK, n_codes)), sliced.dtype)
    for start in range(0, n_codes, _SCAN_BLOCK):
        found = differing[start : start + _SCAN_BLOCK]
        x, y = folded[: len(found)], other[: len(found)]
        for group in range(wanted.shape[1]):
            np.bitwise_xor(sliced[0, group, start : start + len(x)], wanted[0, group], out=x)
            for plane in range(1, len(wanted)):
                block = sliced[plane, group, start : start + len(x)]
                np.bitwise_xor(block, wanted[plane, group], out=y)
                np.bitwise_or(x, y, out=x)
            if group == 0:
                np.bitwise_count(x, out=found)
            else:
                found += np.bitwise_count(x)
    return differing


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
        self._planes = planes(ordered[first], shape)
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
            yield from self._rings_by_planes(query)

    def standing(self, query: Words, distance: int, farthest_first: bool = False) -> "Standing":
        """How a distance stands among those of all segments from a packed code, uint64[words]."""
        found = differences(planes(query, self.shape), self._planes)
        there = np.flatnonzero(found == distance)
        ties = (self._offsets[there + 1] - self._offsets[there]).sum()
        return Standing(int(found.max() if farthest_first else found.min()), int(ties))

    def least_distances(self, queries: Words) -> NDArray[np.int64]:
        """How far the nearest segment lies from each of uint64[m, words], int64[m].

        It finds no rings, so few codes are compared whole.
        """
        each = np.moveaxis(planes(queries, self.shape), -1, 0)
        return np.fromiter(map(self._least_distance, each), np.int64, len(queries))

    def _least_distance(self, wanted: NDArray[np.uint64]) -> int:
        least = self._least_distances(wanted)
        likeliest = np.flatnonzero(least == least.min())
        distance = self._compared(wanted, likeliest).min()
        nearer = np.flatnonzero(least < distance)
        return int(self._compared(wanted, nearer).min(initial=distance))

    def _compared(self, wanted: NDArray[np.uint64], rows: NDArray[np.integer]) -> NDArray[np.uint8]:
        """How far some of the distinct codes lie from the wanted planes, uint8[rows]."""
        return differences(wanted, self._planes.take(rows, axis=-1))

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

    def _rings_by_planes(self, query: Words) -> Iterator[Ring]:
        """Searches a few distances at a time, only as far as the caller takes rings."""
        wanted = planes(query, self.shape)
        least = self._least_distances(wanted)
        every = max(1, len(least) // FIRST_PASS)  # a sample suffices to choose the radius of a pass
        within = np.cumsum(np.bincount(least[::every], minlength=self.shape.length + 1)) * every
        done, n_wanted = -1, FIRST_PASS
        rows = np.empty(0, np.int64)  # compared whole, but not yet in a ring
        found = np.empty(0, np.uint8)
        while done < self.shape.length:
            radius = max(done + 1, int(np.searchsorted(within, n_wanted, "right")) - 1)
            n_wanted *= _NEXT_PASS
            near = np.flatnonzero(least <= radius)
            least[near] = _DONE
            rows = np.append(rows, near)
            found = np.append(found, self._compared(wanted, near))
            for distance in range(done + 1, radius + 1):
                buckets = rows[found == distance]
                if len(buckets):
                    yield self._ring(distance, buckets)
            farther = found > radius
            rows, found = rows[farther], found[farther]
            done = radius

    def _least_distances(self, wanted: NDArray[np.uint64]) -> NDArray[np.uint8]:
        """How far each distinct code lies from the wanted planes at least, uint8[n]."""
        return differences(wanted[:1], self._planes[:1])

    def _rings_by_scan(self, query: Words) -> Iterator[Ring]:
        """Farthest first. A plane bounds distances only from below, so compares whole codes."""
        found = differences(planes(query, self.shape), self._planes)
        for distance in range(int(found.max()), int(found.min()) - 1, -1):
            buckets = np.flatnonzero(found == distance)
            if len(buckets):
                yield self._ring(distance, buckets)

    @cached_property
    def _table(self) -> NDArray[np.int32]:
        """The bucket of every possible code, or -1, int32[2 ** bits]."""
        table = np.full(1 << self.shape.bits, -1, np.int32)
        bits = np.arange(self.shape.bits_per_symbol, dtype=np.uint64)
        codes = np.bitwise_or.reduce(self._planes[:, 0] << bits[:, None])  # in one word each
        table[codes.astype(np.int64)] = np.arange(len(codes))
        return table

    @cached_property
    def _masks(self) -> list[NDArray[np.int64]]:
        """By distance, the bit patterns that change a code into each code at that distance."""
        every = np.arange(1 << self.shape.bits, dtype=np.uint64)[:, None]
        distances = hamming(np.zeros(1, np.uint64), every, self.shape)
        return [np.flatnonzero(distances == d) for d in range(self.shape.length + 1)]
