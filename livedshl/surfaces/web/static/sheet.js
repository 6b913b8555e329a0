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
  #wider = 0; // pixels of the picture, if it is wider than what shows it
  #seen = 0;
  #highest = 0; // of the pictures so far, in widths: what is below must not move

  constructor(node) {
    this.#node = node;
    this.#picture = node.querySelector("img");
    this.#place = node.querySelector("#place");
    this.#sources = node.querySelector("#sources");
    new ResizeObserver(() => this.#fit()).observe(node);
  }

  // A picture in <img> can run nothing and load nothing, whatever is in it.
  take(sheet) {
    this.#sheet = sheet;
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

  // On a narrow screen the picture is wider than what shows it, and follows the place.
  #fit() {
    this.#wider = this.#node.scrollWidth - this.#node.clientWidth > 1 ? this.#node.scrollWidth : 0;
    this.#seen = this.#node.clientWidth;
  }

  draw(tick) {
    if (!this.#sheet) return;
    const { moments, width, height } = this.#sheet;
    const after = moments.findIndex(([at]) => at > tick);
    this.#place.hidden = after < 1;
    if (after < 1) return;
    const [from, left, top, bottom] = moments[after - 1];
    const [to, right, nextTop] = moments[after];
    const end = nextTop === top ? right : width;
    const x = left + ((end - left) * (tick - from)) / (to - from);
    const style = this.#place.style;
    if (this.#wider) this.#node.scrollLeft = (this.#wider * x) / width - AHEAD * this.#seen;
    style.left = `${(100 * x) / width}%`;
    style.top = `${(100 * top) / height}%`;
    style.height = `${(100 * (bottom - top)) / height}%`;
  }
}
