"""Groups of commands, of which a command is loaded only when it is used."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any

import click

from livedshl.cli.origins import name_variables
from livedshl.cli.settings_file import defaults_in, read_settings, settings_path
from livedshl.cli.verbosity import with_flags
from livedshl.errors import did_you_mean


class PlainGroup(click.Group):
    """A group that suggests the nearest command for an unknown one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first argument names. Raises UsageError."""
        name = args[0]
        known = self.list_commands(ctx)
        if name not in known and not name.startswith("-") and not ctx.resilient_parsing:
            hint = did_you_mean(name, known)
            what = f"there is no command {name!r}"
            raise click.UsageError(f"{what}. {hint}" if hint else what, ctx)
        return super().resolve_command(ctx, args)


class LazyGroup(PlainGroup):
    """A group that knows the module and the help line of each command.

    listed, hidden_ones: by the name of a command, the module that defines it under that name, and
    its help line. ahead: by the name of a command, what to do before it is loaded, if it will run.
    """

    def __init__(
        self,
        *arguments: Any,
        listed: Mapping[str, tuple[str, str]],
        hidden_ones: Mapping[str, tuple[str, str]],
        ahead: Mapping[str, Callable[[click.Context, Sequence[str]], None]],
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        with_flags(self)
        self._listed = listed
        self._ahead = ahead
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
        name_variables(command, cmd_name)
        return with_flags(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first argument names, with the user's settings.

        "help" shows the help of the command after it. Raises UsageError, and SettingsError for a
        settings file that is wrong. Help is shown without the file: it says what is right.
        """
        if args[0] == "help" and not ctx.resilient_parsing:
            if not args[1:]:
                click.echo(ctx.get_help())
                ctx.exit()
            args = [*args[1:], "--help"]
        if args[0] not in self._modules:
            return super().resolve_command(ctx, args)
        name = args[0]
        runs = not (ctx.resilient_parsing or set(args) & set(ctx.help_option_names))
        if runs and name in self._ahead:
            self._ahead[name](ctx, args[1:])
        command = self.get_command(ctx, name)
        if command and runs:
            ctx.default_map = {name: self._settings(name, command)}
        return name, command, args[1:]

    def _settings(self, name: str, command: click.Command) -> dict[str, Any]:
        path = settings_path()
        table = read_settings(path, self._modules).get(name, {})
        return defaults_in(table, command, f"{path}: [{name}]")

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
