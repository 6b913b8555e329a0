// The lead sheet: a picture of the bars around the present, the place that moves in it, and below
// each bar the tune that it comes from.

import { element } from "./controls.js";

const BELOW = 0.55; // heights of a staff between the staff and a title
const AHEAD = 0.35; // of what is seen lies before the place

export class Sheet {
  #node;
  #picture;
  #place;
  #sources;
  #sheet = null;
  #width = 0; // pixels of the picture
  #seen = 0; // of which this many are seen at once
  #line = []; // top and bottom of the line in which the place was last
  #highest = 0; // of the pictures so far, in widths: what is below must not move

  constructor(node) {
    this.#node = node;
    this.#picture = node.querySelector("img");
    this.#place = node.querySelector("#place");
    this.#sources = node.querySelector("#sources");
    new ResizeObserver(() => this.#fit()).observe(this.#picture);
  }

  // A picture in <img> can run nothing and load nothing, whatever is in it.
  take(sheet) {
    this.#sheet = sheet;
    this.#line = [];
    this.#picture.src = `data:image/svg+xml,${encodeURIComponent(sheet.svg)}`;
    this.#highest = Math.max(this.#highest, sheet.height / sheet.width);
    this.#node.firstElementChild.style.aspectRatio = 1 / this.#highest;
    this.#node.hidden = false;
    this.#sources.replaceChildren(...this.#titles(sheet));
  }

  // One title for bars of the same tune that stand side by side in a line.
  #titles({ moments, sources, width, height }) {
    const places = sources.map(([tick, title]) => ({ title, moment: moments.find(([at]) => at >= tick) }));
    const starts = places.filter(({ title, moment }, n) => {
      const before = places[n - 1];
      return moment && !(before?.title === title && before.moment[2] === moment[2]);
    });
    return starts.map(({ title, moment: [, left, top, bottom] }, n) => {
      const next = starts[n + 1]?.moment;
      const right = next && next[2] === top ? next[1] : width;
      const node = element("span", { role: "listitem", text: title, title });
      node.style.left = `${(100 * left) / width}%`;
      node.style.maxWidth = `${(98 * (right - left)) / width}%`;
      node.style.top = `${(100 * (bottom + BELOW * (bottom - top))) / height}%`;
      return node;
    });
  }

  #fit() {
    this.#width = this.#picture.clientWidth;
    this.#seen = this.#node.clientWidth;
    this.#line = [];
  }

  // How high the place is changes once a line: in between it only moves, for which nothing is laid
  // out or painted.
  #turn(top, bottom, scale) {
    if (this.#line[0] === top && this.#line[1] === bottom) return;
    this.#line = [top, bottom];
    this.#place.style.top = `${top * scale}px`;
    this.#place.style.height = `${(bottom - top) * scale}px`;
  }

  draw(tick) {
    if (!this.#sheet) return;
    const { moments, width } = this.#sheet;
    const after = moments.findIndex(([at]) => at > tick);
    if (this.#place.hidden !== after < 1) this.#place.hidden = after < 1;
    if (after < 1) return;
    const [from, left, top, bottom] = moments[after - 1];
    const [to, right, nextTop] = moments[after];
    const end = nextTop === top ? right : width;
    const x = left + ((end - left) * (tick - from)) / (to - from);
    const scale = this.#width / width;
    this.#turn(top, bottom, scale);
    this.#place.style.transform = `translateX(${x * scale}px)`;
    // On a narrow screen the picture is wider than what shows it, and follows the place.
    if (this.#width - this.#seen > 1) this.#node.scrollLeft = x * scale - AHEAD * this.#seen;
  }
}
