"""Reads scores in MusicXML 4.0 and older: from the document to the lead sheet, played out."""

from livedshl.corpus.musicxml.document import is_of_another_program
from livedshl.corpus.musicxml.score import read_musicxml

__all__ = ["is_of_another_program", "read_musicxml"]
