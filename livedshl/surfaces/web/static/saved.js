// The last bars that were saved, to be fetched as a file of each kind.

import { element } from "./controls.js";

const AGAIN_MS = 1000; // the sound takes a while to be rendered
const KINDS = { mid: "MIDI", musicxml: "MusicXML", wav: "WAV" };

export class Saved {
  #node;
  #tell;

  constructor(node, tell) {
    this.#node = node;
    this.#tell = tell;
  }

  take(news) {
    const buttons = Object.entries(news.files).map(([ending, address]) => {
      const button = element("button", {
        type: "button", text: KINDS[ending], "aria-label": `Download as ${KINDS[ending]}`,
      });
      button.addEventListener("click", () => this.#download(button, address, `${news.name}.${ending}`));
      return button;
    });
    const close = element("button", { type: "button", text: "×", "aria-label": "Close the downloads" });
    close.addEventListener("click", () => (this.#node.hidden = true));
    this.#node.replaceChildren(element("span", { text: "Download the saved bars:" }), ...buttons, close);
    this.#node.hidden = false;
  }

  async #download(button, address, name) {
    button.disabled = true;
    try {
      let answer = await fetch(address);
      while (answer.status === 202) {
        this.#tell("Rendering the sound…");
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
        answer = await fetch(address);
      }
      if (!answer.ok) throw new Error(await answer.text());
      const place = URL.createObjectURL(await answer.blob());
      element("a", { href: place, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(place), 60000);
      this.#tell(`Downloaded ${name}`);
    } catch (error) {
      this.#tell(`Not downloaded: ${error.message}`);
    }
    button.disabled = false;
  }
}
