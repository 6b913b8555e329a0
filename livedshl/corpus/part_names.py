"""The names that people give to a melody and to what accompanies it; one table for all readers."""

import re

# English, German, French, Italian, Spanish, Portuguese, Dutch, the languages of Scandinavia,
# Polish, Russian, Chinese, Japanese and Korean. The surest names come first.
_MELODIES = (
    r"\w*melod\w*|mélod\w*|мелод\w*|tune|theme|thema|thème|tema",
    r"vox|vocals?|vocalists?|vocalise|voices?|vo[cz]|voz|voce|voci|voix|sing|singers?|singing"
    r"|singstimme|stimme|gesang|chant|cantus|canto?|zang|sang|sång|głos|голос\w*|вокал\w*|пение"
    r"|сопрано|sopran\w*|sop|superius",
    r"lead(?!.*(?:guit|gtr))|solo|discant\w*|descant\w*|diskant\w*",
)
_MELODIES_ANYWHERE = (r"旋律|メロ|멜로디", r"歌|ボーカル|보컬", r"リード")
# Titles have these words too, so they count only as a whole name.
_WHOLE_NAMES = r"\W*(?:air|song|lied|treble)[\W\d_]*"
_OTHERS = (
    r"bass\w*|contrabass\w*|kontrabass\w*|bajo|baixo|bas|basso|cello|violoncello|tuba|pedal"
    r"|continuo|back|backing|backup|back ?v\w*|bg?[ _]?v\w*|choir\w*|chorus\w*|coro|chœur|chor"
    r"|harmon\w*|chords?|akkorde?|accords?|accordi|acordes?|accomp\w*|begleit\w*|comp|pads?"
    r"|rhythm|strings?|drum\w*|perc\w*|bridge|counter\w*|left|lh|links?|linke|left hand"
    r"|mano sinistra|main gauche|recorder|(?:altos?|tenor\w*)(?=[\W\d_]*$)"
    r"|(?:second|2nd|lower|zweite|seconda?|segunda)[ _-]?(?:voices?|vo[cz]e?|voci|voix|stimmen?)"
)
_OTHERS_ANYWHERE = r"ベース|コーラス"


def _words(pattern: str) -> str:
    """Whole words. A figure or a "_" may stand next to one, as in "voice_2"."""
    return rf"(?<![^\W\d_])(?:{pattern})(?![^\W\d_])"


_MELODY_PATTERNS = tuple(
    re.compile(rf"{_words(words)}|{anywhere}", re.IGNORECASE)
    for words, anywhere in zip(_MELODIES, _MELODIES_ANYWHERE, strict=True)
)
_WHOLE_PATTERN = re.compile(_WHOLE_NAMES, re.IGNORECASE)
_OTHER_PATTERN = re.compile(rf"{_words(_OTHERS)}|{_OTHERS_ANYWHERE}", re.IGNORECASE)
_HUMP = re.compile(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])")  # as in "LeadVox"


def melody_rank(name: str) -> int | None:
    """How surely a track, part or voice of this name is the melody: 0 is surest, None is not."""
    if names_accompaniment(name):
        return None
    for rank, pattern in enumerate(_MELODY_PATTERNS):
        if pattern.search(_parted(name)):
            return rank
    return len(_MELODY_PATTERNS) - 1 if _WHOLE_PATTERN.fullmatch(name) else None


def names_accompaniment(name: str) -> bool:
    """Whether a track, part or voice of this name is a bass, a second voice or plays chords."""
    return _OTHER_PATTERN.search(_parted(name)) is not None


def _parted(name: str) -> str:
    return _HUMP.sub(" ", name)
