// What may open the next section: a button for each tune, by its title.

import { element } from "./controls.js";

export class Choices {
  #node;
  #send;
  #shown = "";

  constructor(node, send) {
    this.#node = node;
    this.#send = send;
  }

  take(openings) {
    const shown = JSON.stringify(openings);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const { section, returns, chosen, tunes } = openings;
    const heading = [`Next section${section ? ` ${section}` : ""}`, returns && "comes back unless you choose"];
    this.#node.replaceChildren(
      element("h2", { text: heading.filter(Boolean).join(": ") }),
      ...tunes.map(({ song, bar }, place) => this.#button(place + 1, song, bar, chosen)));
    if (tunes.length) this.#node.hidden = false; // and it stays: what is below must not move
  }

  #button(number, song, bar, chosen) {
    const button = element("button",
      { type: "button", "data-command": `choose ${number}`, "aria-pressed": String(number === chosen) },
      element("span", { text: song }), element("small", { text: `bar ${bar}` }));
    button.addEventListener("click", () => this.#send(`choose ${number}`));
    return button;
  }
}
