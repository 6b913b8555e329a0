r"""Letters that ABC writes in ASCII: `\'e`, `&eacute;`, `\u00e9`. ABC 2.1, section 8.2."""

import html
import re
import unicodedata

_MARKS = {"`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", '"': "\u0308", "=": "\u0304",
          "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", ";": "\u0328", ".": "\u0307",
          ",": "\u0327"}  # fmt: skip
_LETTERS = {"aa": "å", "AA": "Å", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "ss": "ß",
            "th": "þ", "TH": "Þ", "dh": "ð", "DH": "Ð", "/o": "ø", "/O": "Ø"}  # fmt: skip
_MNEMONIC = re.compile(
    r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(aa|AA|ae|AE|oe|OE|ss|th|TH|dh|DH|/o|/O)"
    r"|([`'^~\"=cvuH;.,])([A-Za-z])|([\\%&]))"
)


def decode(text: str) -> str:
    """The text with its mnemonics as the letters that they stand for."""
    return html.unescape(_MNEMONIC.sub(_letter, text)) if "\\" in text or "&" in text else text


def _letter(match: re.Match[str]) -> str:
    short, long, letter, mark, base, literal = match.groups()
    if code := short or long:
        number = int(code, 16)
        is_letter = number < 0x110000 and not 0xD800 <= number < 0xE000
        return chr(number) if is_letter else match[0]
    if letter:
        return _LETTERS[letter]
    if mark:
        return unicodedata.normalize("NFC", base + _MARKS[mark])
    return str(literal)
