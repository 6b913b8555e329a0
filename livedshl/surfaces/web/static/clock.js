// Where the music is, between two things that the server says about it.

const EASE = 0.15; // of a small difference that each report corrects, so that nothing jerks
const JUMP_BEATS = 0.5; // a larger one is a jump of the music itself

export class Clock {
  #tick = 0;
  #at = 0; // when #tick was, in ms of performance.now()
  #ticksPerSecond = 0;

  hear(report, beatTicks, now) {
    const difference = report.tick - this.tick(now);
    const jumps = Math.abs(difference) > JUMP_BEATS * beatTicks || report.ticksPerSecond === 0;
    this.#tick = jumps ? report.tick : this.tick(now) + EASE * difference;
    this.#at = now;
    this.#ticksPerSecond = report.ticksPerSecond;
  }

  tick(now) {
    return this.#tick + ((now - this.#at) / 1000) * this.#ticksPerSecond;
  }

  get ticksPerSecond() {
    return this.#ticksPerSecond;
  }
}
