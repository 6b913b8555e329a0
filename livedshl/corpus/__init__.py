"""Reads tunes from ABC, MusicXML and MIDI files into lead sheets, in parallel and cached."""

from livedshl.corpus.library import Corpus, Skipped, read_corpus
from livedshl.corpus.music21_books import describe

__all__ = ["Corpus", "Skipped", "describe", "read_corpus"]
