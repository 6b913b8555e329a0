"""Rich's console for tables, where text from outside is shown and not obeyed."""

from typing import Any

from rich.console import Console
from rich.text import Text

from livedshl.text import shown


class PlainConsole(Console):
    """Prints every text as it is, each as a line: it has no markup, emoji or control characters.

    Give it texts as `str`. A `Text` is printed without a look at what is in it.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def render_str(self, text: str, **how: Any) -> Text:
        """A text on its way to the terminal, alone or in a table."""
        return super().render_str(shown(text), **how)
