"""Reads tunes in ABC, as standard 2.1 and the habits of tune books write them.

`book` splits a book into tunes and a tune into lines, `voice` turns lines into bars, `form` puts
the bars in the order in which they are played, and `tune` makes the lead sheet.
"""

from livedshl.corpus.abc.book import AbcTune, split_abc
from livedshl.corpus.abc.tune import read_abc_tune

__all__ = ["AbcTune", "read_abc_tune", "split_abc"]
