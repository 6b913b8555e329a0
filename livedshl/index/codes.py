"""Exact nearest search among K-ary hash codes by Hamming distance, with all ties.

A code is L symbols out of K values. Codes are packed, each symbol in as few bits as K needs, into
one or more 64-bit words, so that the distance of two codes is the number of bit fields that
differ. Segments of equal code form one bucket, and the search runs over the distinct codes only.

Short codes are looked up in a table with one entry for every possible code. Of long codes two
signatures are kept, one bit each for every symbol: they never differ in more bits than their codes
do in symbols. One is compared for all codes, the other for those that are near enough by the first,
and only what is near enough by both is compared whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

TABLE_BITS = 20  # up to here one int32 for every possible code costs at most 4 MiB
WORD_BITS = 64
_SCAN_BLOCK = 1 << 15  # codes a block: the temporary arrays then stay in the processor's cache
FIRST_PASS = 1 << 13  # codes that are looked at more closely before the first ring, about
_DONE = np.uint8(255)  # more than signatures can differ by
_NEXT_PASS = 4  # times as many before those after

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
    """Two words for each code, uint64[..., words] to uint64[2, ...]: the parities of its symbols,
    and those of every other bit of them.

    Where a bit is shared by several symbols it is that of all together, so that the signatures of
    two codes differ, in one word or the other, at no more places than the codes differ in symbols.
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
    """Shifts that, each on the result of those before, fold so many bits onto the lowest."""
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
        # By columns: a scan reads one word of all codes at a time, thrice as fast where it lies so.
        self._distinct = np.asfortranarray(ordered[first])
        self._signatures = signatures(self._distinct, shape)
        self._segments = order.astype(np.int32)
        self._offsets = np.append(first, len(ordered))

    def rings(self, query: Words, farthest_first: bool = False) -> Iterator[Ring]:
        """All segments by distance from a packed code, uint64[words], nearest ring first.

        Every segment comes in exactly one ring, every ring holds all its ties in ascending
        order, and empty distances are passed over. `farthest_first` turns the order round.
        """
        if self.shape.bits <= TABLE_BITS:
            yield from self._rings_by_table(query, farthest_first)
        elif farthest_first:
            yield from self._rings_by_scan(query)
        else:
            yield from self._rings_by_signature(query)

    def _ring(self, distance: int, buckets: NDArray[np.integer]) -> Ring:
        starts, ends = self._offsets[buckets], self._offsets[buckets + 1]
        lengths = ends - starts
        # How far each bucket lies, in `_segments`, from where it comes in the ring.
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
        """Goes through the signatures a few distances at a time, as far as rings are wanted."""
        wanted = signatures(query, self.shape)
        least = self._least_distances(wanted)
        every = max(1, len(least) // FIRST_PASS)  # a sample is enough to tell how far a pass goes
        within = np.cumsum(np.bincount(least[::every], minlength=self.shape.length + 1)) * every
        done, n_wanted = -1, FIRST_PASS
        rows, found = np.empty(0, np.int64), np.empty(0, np.uint8)  # compared, but not yet in rings
        while done < self.shape.length:
            radius = max(done + 1, int(np.searchsorted(within, n_wanted, "right")) - 1)
            n_wanted *= _NEXT_PASS
            near = np.flatnonzero(least <= radius)
            one, other = (self._signatures[kind].take(near) ^ wanted[kind] for kind in (0, 1))
            closer = np.bitwise_count(one | other)
            within_radius = closer <= radius
            least[near] = np.where(within_radius, _DONE, closer)  # the others come again later
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
        """Bits in which the first signature of each distinct code differs from the wanted one."""
        least = np.empty(len(self._distinct), np.uint8)
        difference = np.empty(min(_SCAN_BLOCK, len(least)), np.uint64)
        for start in range(0, len(least), _SCAN_BLOCK):
            block = self._signatures[0, start : start + _SCAN_BLOCK]
            differing = np.bitwise_xor(block, wanted[0], out=difference[: len(block)])
            np.bitwise_count(differing, out=least[start : start + _SCAN_BLOCK])
        return least

    def _rings_by_scan(self, query: Words) -> Iterator[Ring]:
        """Farthest first: nothing but the whole code tells how far it is at most."""
        found = hamming(query, self._distinct, self.shape)
        for distance in range(int(found.max()), int(found.min()) - 1, -1):
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
