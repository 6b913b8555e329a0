"""Groups of commands, of which a command is loaded only when it is used."""

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

import click

from livedshl.cli.verbosity import with_flags


class PlainGroup(click.Group):
    """A group that suggests the nearest command for an unknown one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first argument names. Raises UsageError."""
        name = args[0]
        known = self.list_commands(ctx)
        if name not in known and not name.startswith("-") and not ctx.resilient_parsing:
            from difflib import get_close_matches  # only after a slip

            near = get_close_matches(name, known, n=1)
            hint = f". Did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(f"there is no command {name!r}{hint}", ctx)
        return super().resolve_command(ctx, args)


class LazyGroup(PlainGroup):
    """A group that knows the module and the help line of each command.

    listed, hidden_ones: by the name of a command, the module that defines it under that name, and
    its help line.
    """

    def __init__(
        self,
        *arguments: Any,
        listed: Mapping[str, tuple[str, str]],
        hidden_ones: Mapping[str, tuple[str, str]],
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        with_flags(self)
        self._listed = listed
        self._modules = {name: module for name, (module, _) in {**listed, **hidden_ones}.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands that the help lists, in its order."""
        return list(self._listed)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Loads a command. None for an unknown name."""
        if cmd_name not in self._modules:
            return None
        command = getattr(import_module(self._modules[cmd_name]), cmd_name)
        assert isinstance(command, click.Command)
        return with_flags(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first argument names; "help" shows the next one's help.

        Raises UsageError.
        """
        if args[0] == "help":
            if not args[1:]:
                click.echo(ctx.get_help())
                ctx.exit()
            args = [*args[1:], "--help"]
        if args[0] in self._modules:
            return args[0], self.get_command(ctx, args[0]), args[1:]
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self._listed.items()])

    def shell_complete(
        self, ctx: click.Context, incomplete: str
    ) -> "list[click.shell_completion.CompletionItem]":
        """Completes options, and commands without loading any."""
        items: Iterable[Any] = click.Command.shell_complete(self, ctx, incomplete)
        names = (
            click.shell_completion.CompletionItem(name, help=line)
            for name, (_, line) in self._listed.items()
            if name.startswith(incomplete)
        )
        return [*names, *items]
