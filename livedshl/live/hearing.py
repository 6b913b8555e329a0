"""Where the music goes, and whether anybody can hear it there."""

from dataclasses import dataclass

from livedshl.outputs.choice import ON_VIRTUAL_PORT, Output, OutputKind


@dataclass(frozen=True, slots=True)
class Hearing:
    """An output as it stands.

    away: whether its port has gone. heard: whether a program listens to livedshl's own port; None
    where nobody knows. speakers: whether the built-in synthesiser sounds; None if it has not said.
    """

    output: Output
    away: bool = False
    heard: bool | None = None
    speakers: bool | None = None

    @property
    def on_speakers(self) -> bool:
        """Whether the built-in synthesiser sounds."""
        if self.output.kind is OutputKind.SYNTH:
            return self.speakers is not False
        return self.speakers is True and self.heard is not True

    @property
    def reason(self) -> str:
        """What is played to, and why, for the user."""
        if self.output.speakers and not self.speakers:
            return f"{ON_VIRTUAL_PORT}."
        return self.output.reason

    @property
    def can_be_heard(self) -> bool:
        """Whether somebody may hear the music, as far as the system says."""
        if self.output.kind is OutputKind.NOWHERE:
            return False
        on_port = not self.away and self.heard is not False
        return self.on_speakers or (on_port and self.output.kind is not OutputKind.SYNTH)
