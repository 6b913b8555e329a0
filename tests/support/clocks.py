"""A simulated MIDI clock sender, and a stage on which livedshl follows it; no time passes.

`PYTHONPATH=tests python -m support.clocks` prints how well the loop follows an uneven clock.
"""

import random
from math import ceil, sqrt

from livedshl.player.clock.midi import ClockFollower
from livedshl.player.midi_clock import PULSE
from livedshl.player.playback import Playback
from livedshl.units import TICKS_PER_BAR

STEPS = 2048  # the notes of the music, a sixteenth apart: as many as channel and pitch tell apart
_SPIN_S = 0.001
_NOTHING_COMES_S = 0.01
_BEFORE_A_PULSE_S = 0.003  # when a sender says start, stop and so on

JITTERS = {
    "none": lambda rng: 0.0,
    "uniform, 2 ms to each side": lambda rng: rng.uniform(-0.002, 0.002),
    "gaussian, 1 ms": lambda rng: rng.gauss(0.0, 0.001),
    "gaussian, 2 ms": lambda rng: rng.gauss(0.0, 0.002),
}


class Sender:
    """Writes down what a sender sends, and when it arrives: `arrivals`, by time."""

    def __init__(self, jitter=JITTERS["none"], seed=0):
        self.arrivals = []
        self.time_s = 100.0  # of the next pulse
        self._rng = random.Random(seed)
        self._jitter = jitter

    def say(self, message):
        """Something other than a pulse, just before the next one."""
        self._arrive(message, self.time_s - _BEFORE_A_PULSE_S)

    def roll(self, n_pulses, tempo_bpm, lost=()):
        """Sends pulses; those with the numbers `lost` get lost. When they were due, in seconds."""
        due = []
        for number in range(n_pulses):
            due.append(self.time_s)
            if number not in lost:
                self._arrive(PULSE, self.time_s + self._jitter(self._rng))
            self.time_s += 60 / tempo_bpm / 24
        return due

    def repeat(self):
        """What was sent last comes twice."""
        self.arrivals.append(self.arrivals[-1])

    def rest(self, seconds):
        """Sends nothing."""
        self.time_s += seconds

    def _arrive(self, message, time_s):
        last_s = self.arrivals[-1][1] if self.arrivals else 0.0
        self.arrivals.append((message, max(last_s, time_s)))


class Stage:
    """A player's loop on simulated time, with a note on every sixteenth; `sent` by time.

    bar_s: how long a bar takes to compose, two bars ahead of the clock; None: all is there.
    """

    def __init__(self, sender, sends_clock=False, latency_s=0.0, note_ticks=110, bar_s=None):
        self.now = 99.0
        self.sent = []  # (seconds, message)
        self.playback = Playback(sends_clock)
        self.playback.latency_s = latency_s
        self.follower = ClockFollower(lambda: self, TICKS_PER_BAR)
        self._arrivals = sender.arrivals
        self._received = 0
        events = []
        for step in range(STEPS):
            channel, pitch = divmod(step, 128)
            events.append((step * 120, bytes((0x90 | channel, pitch, 90))))
            events.append((step * 120 + note_ticks, bytes((0x80 | channel, pitch, 0))))
        for tick, message in sorted(events):
            self.playback.scheduler.push(tick, message)
        self._bar_s = bar_s
        self._composed_s = self.now  # when the composer is free again
        self.playback.scheduler.extend_horizon(STEPS * 120 if bar_s is None else TICKS_PER_BAR)

    def receive(self):
        """The input's side: what has arrived by now."""
        while self._received < len(self._arrivals):
            message, time_s = self._arrivals[self._received]
            if time_s > self.now:
                return
            self._received += 1
            yield message, time_s

    def close(self):
        pass

    def begin(self, tick=0, resuming=False):
        self._send(self.follower.begin(self.playback, tick, self.now, resuming))

    def run(self, until_s):
        """Lets time pass."""
        while self.now < until_s:
            self._compose()
            self._send(self.follower.poll(self.playback, self.now))
            deadline = self.playback.deadline()
            soon = self._next_poll_s()
            if deadline is None or deadline - _SPIN_S > self.now:
                self.now = soon if deadline is None else min(soon, deadline - _SPIN_S)
            else:
                self.now = max(self.now, deadline)
                self._send(self.playback.due(self.now))

    def notes(self):
        """The notes that were sent: (seconds, number of the sixteenth)."""
        return [(s, (m[0] & 15) * 128 + m[1]) for s, m in self.sent if m[0] & 0xF0 == 0x90]

    def _compose(self):
        scheduler = self.playback.scheduler
        at = self.playback.transport.tick_at(self.now)
        if self._bar_s is None or self.now < self._composed_s:
            return
        if scheduler.horizon < at + 2 * TICKS_PER_BAR:
            scheduler.extend_horizon(scheduler.horizon + TICKS_PER_BAR)
            self._composed_s = self.now + self._bar_s

    def _next_poll_s(self):
        """When the player finds the next message; polls that find nothing only take longer."""
        coming = self._arrivals[self._received : self._received + 1]
        if not coming or coming[0][1] >= self.now + _NOTHING_COMES_S:
            return self.now + _NOTHING_COMES_S
        period_s = self.follower.poll_s
        return self.now + period_s * max(1, ceil((coming[0][1] - self.now) / period_s))

    def _send(self, messages):
        self.sent.extend((self.now, message) for message in messages)


def deviations(jitter, tempo_bpm, n_beats, seed):
    """How far each sixteenth is from the beat that was meant, in seconds; starts with the clock."""
    sender = Sender(jitter, seed)
    sender.say(b"\xfa")
    due = sender.roll(24 * n_beats, tempo_bpm)
    stage = Stage(sender)
    stage.begin()
    stage.run(due[-1])
    return [time_s - due[6 * step] for time_s, step in stage.notes()]


def beats_to_lock(deviations, within_s):
    """After how many beats no sixteenth is further off than `within_s`."""
    far = [number for number, deviation in enumerate(deviations) if abs(deviation) > within_s]
    return (far[-1] + 1) / 4 if far else 0.0


def rms(values):
    return sqrt(sum(value**2 for value in values) / len(values))


def main():
    print("BPM  jitter of the pulses        lock    own jitter in ms, rms / max, by beats")
    print("                                beats      2-8          8-32         32-256")
    for tempo_bpm in (60, 120, 200):
        for name, jitter in JITTERS.items():
            runs = [deviations(jitter, tempo_bpm, 256, seed) for seed in range(12)]
            within_s = max(1e-6, rms([jitter(random.Random(seed)) for seed in range(1000)]))
            lock = max(beats_to_lock(run, within_s) for run in runs)
            spans = []
            for first, last in ((2, 8), (8, 32), (32, 256)):
                span = [1e3 * d for run in runs for d in run[4 * first : 4 * last]]
                spans.append(f"{rms(span):5.2f} /{max(map(abs, span)):5.2f}")
            print(f"{tempo_bpm:3}  {name:26} {lock:5.2f}   {'  '.join(spans)}")


if __name__ == "__main__":
    main()
