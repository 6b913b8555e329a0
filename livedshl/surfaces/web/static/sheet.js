// The lead sheet: a picture of the bars around the present, and the place that moves in it.

export class Sheet {
  #node;
  #picture;
  #place;
  #sheet = null;
  #highest = 0; // of the pictures so far, in widths: what is below must not move

  constructor(node) {
    this.#node = node;
    this.#picture = node.querySelector("img");
    this.#place = node.querySelector("#place");
  }

  // A picture in <img> can run nothing and load nothing, whatever is in it.
  take(sheet) {
    this.#sheet = sheet;
    this.#picture.src = `data:image/svg+xml,${encodeURIComponent(sheet.svg)}`;
    this.#highest = Math.max(this.#highest, sheet.height / sheet.width);
    this.#node.style.aspectRatio = 1 / this.#highest;
    this.#node.hidden = false;
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
    style.left = `${(100 * x) / width}%`;
    style.top = `${(100 * top) / height}%`;
    style.height = `${(100 * (bottom - top)) / height}%`;
  }
}
