// The piano roll: two beats of what was heard, the place, and the eight beats that come.

const PAST_BEATS = 2;
const COMING_BEATS = 8;
const GAP = 3; // pixels between two parts
const NAME_PIXELS = 12; // of the parts
const LEAST_SPAN = 7; // pitches of a part

export class Roll {
  #canvas;
  #colours = {};
  #music = null;
  #lanes = new Map(); // of each channel its notes and their pitches, as far as #music goes

  constructor(canvas) {
    this.#canvas = canvas;
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this.#readColours());
    new ResizeObserver(() => this.#fit()).observe(canvas);
    this.#readColours();
    this.#fit();
  }

  draw(music, parts, tick) {
    if (music !== this.#music) this.#sort(music);
    const context = this.#canvas.getContext("2d");
    const { width, height } = this.#canvas;
    context.clearRect(0, 0, width, height);
    const beats = PAST_BEATS + COMING_BEATS;
    const scale = width / (beats * music.beatTicks);
    const first = tick - PAST_BEATS * music.beatTicks;
    const x = (at) => (at - first) * scale;
    this.#drawBeats(context, music, first, x);
    const lane = height / Math.max(1, parts.length);
    parts.forEach((part, number) => {
      context.globalAlpha = part.silent ? 0.3 : 1;
      const mine = this.#lanes.get(part.channel);
      if (mine) this.#drawPart(context, mine, number, { x, top: number * lane, lane, tick });
      context.fillStyle = this.#colours.dim;
      context.font = `${NAME_PIXELS * devicePixelRatio}px system-ui, sans-serif`;
      context.fillText(part.name, 6 * devicePixelRatio, number * lane + NAME_PIXELS * devicePixelRatio);
    });
    context.globalAlpha = 1;
    context.fillStyle = this.#colours.accent;
    context.fillRect(x(tick) - 1, 0, 2 * devicePixelRatio, height);
  }

  #drawBeats(context, music, first, x) {
    const beats = PAST_BEATS + COMING_BEATS;
    for (let beat = Math.ceil(first / music.beatTicks), n = 0; n <= beats; beat++, n++) {
      const isBar = (beat * music.beatTicks) % music.barTicks === 0;
      context.fillStyle = isBar ? this.#colours.dim : this.#colours.line;
      context.fillRect(x(beat * music.beatTicks), 0, isBar ? 2 : 1, this.#canvas.height);
    }
  }

  #sort(music) {
    this.#music = music;
    this.#lanes = new Map();
    for (const note of music.notes) {
      const mine = this.#lanes.get(note[2]) ?? { notes: [], lowest: Infinity, highest: -Infinity };
      mine.notes.push(note);
      mine.lowest = Math.min(mine.lowest, note[3]);
      mine.highest = Math.max(mine.highest, note[3]);
      this.#lanes.set(note[2], mine);
    }
  }

  #drawPart(context, { notes, lowest, highest }, number, { x, top, lane, tick }) {
    const span = Math.max(LEAST_SPAN, highest - lowest + 1);
    const row = (lane - GAP) / span;
    for (const [start, end, , pitch] of notes) {
      const left = x(start);
      const sounds = start <= tick && tick < end;
      context.fillStyle = sounds ? this.#colours.text : this.#colours.parts[number % 6];
      const y = top + (span - 1 - (pitch - lowest)) * row;
      context.fillRect(left, y, Math.max(2, x(end) - left - 1), Math.max(2, row - 1));
    }
  }

  #fit() {
    const { width, height } = this.#canvas.getBoundingClientRect();
    this.#canvas.width = Math.round(width * devicePixelRatio);
    this.#canvas.height = Math.round(height * devicePixelRatio);
  }

  #readColours() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(`--${name}`).trim();
    this.#colours = {
      accent: read("accent"), dim: read("dim"), line: read("line"), text: read("text"),
      parts: [0, 1, 2, 3, 4, 5].map((number) => read(`part-${number}`)),
    };
  }
}
