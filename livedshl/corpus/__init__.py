"""Reads tunes from files into lead sheets: ABC, MusicXML and MIDI, in parallel and cached."""

from livedshl.corpus.collections import describe
from livedshl.corpus.library import Corpus, Skipped, read_corpus

__all__ = ["Corpus", "Skipped", "describe", "read_corpus"]
