"""Completion in bash of names with spaces: click hands them on as they are."""

import os
import shlex
from typing import Any

from click.shell_completion import BashComplete, CompletionItem, add_completion_class


class QuotingBash(BashComplete):
    """Quotes a name like "IAC Bus", unless the user has opened a quote already."""

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """A line for the script in the shell."""
        word = os.environ["COMP_WORDS"].rpartition("\n")[2]
        if item.type != "plain" or word.startswith(('"', "'")):
            return super().format_completion(item)
        return f"{item.type},{shlex.quote(str(item.value))}"


add_completion_class(QuotingBash)
