"""Where in the form the music stands, as the band needs to know it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a tune.

    beat: where it starts in the performance. tune: counted from 1. number: of the section in its
    tune, from 0; sections: how many the tune has. time: how often it has been played, counting now.
    letter: that sections with the same melody share; "" in a free run, an intro and a tag.
    intro_bars: how long the intro is, if it is one: the melody waits. follows_intro: whether an
    intro leads to it.
    """

    beat: int
    tune: int = 1
    number: int = 0
    sections: int = 4
    time: int = 1
    letter: str = ""
    intro_bars: int = 0
    follows_intro: bool = False
