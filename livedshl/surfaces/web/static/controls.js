// The controls, made from what livedshl says it can do: a new command appears by itself.

const PACE_MS = 100; // a slider that is swept sends no faster
const SETTLING_MS = 600; // until livedshl has heard of a change, its old value is not shown again
const LINE_END = "⏎"; // between the lines of a chart, which livedshl takes as one
const MOST_CHART_LETTERS = 1200; // a letter may take three bytes, and livedshl takes 4000
const DECIMALS = { tempo: 1, latency: 0 };

export function element(name, { text, ...attributes } = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

const TITLES = { "re-roll": "Re-roll" }; // "Next tune" from "next-tune" needs no entry

const title = (name) => TITLES[name] ?? name[0].toUpperCase() + name.slice(1).replaceAll("-", " ");
const hint = (control) => `${control.help} (${control.acts})`;

// What shows a value, and takes a new one: `set` is called with each value that livedshl reports.
export function widget(control, part, send) {
  const words = part ? `${control.name} ${part.plain}` : control.name;
  const label = part ? `${title(control.name)} ${part.name}` : title(control.name);
  if (control.takes === "trigger") return trigger(control, part, words, label, send);
  if (control.takes === "switch") return toggle(control, part, words, label, send);
  if (control.name === "song") return songChooser(control, send);
  if (control.name === "chart") return chartChooser(control, send);
  if (control.name === "model") return modelChooser(control, send);
  if (control.takes === "number") return slider(control, part, words, label, send);
  return chooser(control, words, label, send);
}

function trigger(control, part, words, label, send) {
  const node = element("button", {
    type: "button", title: hint(control), text: part ? title(control.name) : label, "aria-label": label,
    class: control.name, "data-command": words,
  });
  node.addEventListener("click", () => send(words));
  return { node, set() {} };
}

function toggle(control, part, words, label, send) {
  const text = part ? title(control.name) : label;
  const node = element("button", {
    type: "button", title: hint(control), text, "aria-label": label, "aria-pressed": "false",
    "data-command": words,
  });
  const settled = settling();
  const show = (on) => node.setAttribute("aria-pressed", String(on));
  node.addEventListener("click", () => {
    const on = node.getAttribute("aria-pressed") !== "true";
    settled.touch();
    show(on);
    send(`${words} ${on ? "on" : "off"}`);
  });
  return { node, set: (value) => settled.reached() && show(Boolean(value)) };
}

function slider(control, part, words, label, send) {
  const step = control.whole ? 1 : control.highest - control.lowest > 10 ? 1 : 0.01;
  const input = element("input", {
    type: "range", min: control.lowest, max: control.highest, step, "aria-label": label,
    title: hint(control), "data-command": words,
  });
  const value = element("span", { class: "value" });
  const settled = settling();
  const decimals = DECIMALS[control.name] ?? (step < 1 ? 2 : 0);
  const show = (number) => (value.textContent = Number(number).toFixed(decimals));
  const sendPaced = paced(send);
  input.addEventListener("input", () => {
    settled.touch();
    show(input.value);
    sendPaced(`${words} ${input.value}`);
  });
  const set = (number) => {
    if (number === null || !settled.reached()) return;
    input.value = number;
    show(number);
  };
  if (part) {
    const name = element("span", { class: "unseen", text: title(control.name) });
    return { node: element("label", { title: hint(control) }, name, input, value), set };
  }
  const node = element("div", { class: "control" },
    element("div", { class: "label" }, element("span", { text: label }), value));
  const move = (way, sign) => {
    if (!control.moves.includes(way)) return element("span");
    const button = element("button", { type: "button", text: sign, "aria-label": `${label} ${way}`, "data-command": `${words} ${way}` });
    button.addEventListener("click", () => send(`${words} ${way}`));
    return button;
  };
  node.append(move("down", "−"), input, move("up", "+"));
  if (control.moves.includes("tap")) {
    const tap = element("button", { type: "button", class: "tap", text: "Tap", "data-command": `${words} tap` });
    tap.addEventListener("pointerdown", () => send(`${words} tap`));
    tap.addEventListener("keydown", (event) => {
      if (!event.repeat && (event.key === "Enter" || event.key === " ")) send(`${words} tap`);
    });
    node.append(tap);
  }
  return { node, set };
}

function chooser(control, words, label, send, titles = {}) {
  const select = element("select", { "aria-label": label, title: hint(control), "data-command": words });
  const settled = settling();
  let known = "";
  select.addEventListener("change", () => {
    settled.touch();
    send(`${words} ${select.value}`);
  });
  const node = element("div", { class: "control" },
    element("div", { class: "label" }, element("span", { text: label })), select);
  const set = (value, choices = []) => {
    const all = choices.includes(value) || value === null ? choices : [value, ...choices];
    if (known !== (known = all.join("\n"))) {
      select.replaceChildren(...all.map((name) => element("option", { value: name, text: titles[name] ?? name })));
    }
    if (value !== null && settled.reached()) select.value = value;
  };
  return { node, set };
}

// The songs of a set list, by their titles; unseen without one. Its value is a number from 1.
function songChooser(control, send) {
  const chosen = chooser(control, "song", "Song", (words) => send(words.split(":")[0]));
  const set = (number, titles) => {
    const choices = titles.map((name, place) => `${place + 1}: ${name}`);
    chosen.node.hidden = choices.length === 0;
    chosen.set(choices[number - 1] ?? null, choices);
  };
  return { node: chosen.node, set };
}

// A chart at hand, by its name, or one that is typed: "none" stands for the tunes' own chords.
function chartChooser(control, send) {
  const chosen = chooser(control, "chart", "Chart", send, { none: "The tunes' own chords" });
  const text = element("textarea", {
    rows: 3, maxlength: MOST_CHART_LETTERS, spellcheck: "false", autocapitalize: "off",
    autocomplete: "off", placeholder: "Type chords: C | Am | F G7 | C", "aria-label": "Chords to follow",
    "data-command": "chart text",
  });
  const play = element("button", { type: "button", text: "Play these chords", title: hint(control), "data-command": "chart typed" });
  const sendText = () => {
    const lines = text.value.split("\n").map((line) => line.trim()).filter(Boolean);
    if (lines.length) send(`chart ${lines.join(` ${LINE_END} `)}`);
  };
  play.addEventListener("click", sendText);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) sendText();
  });
  chosen.node.classList.add("wide");
  chosen.node.append(text, play);
  return chosen;
}

// The models with tunes of this metre; unseen if there is only one.
function modelChooser(control, send) {
  const chosen = chooser(control, "model", "Model", send);
  const set = (name, models) => {
    chosen.node.hidden = models.length < 2;
    chosen.set(name, models);
  };
  return { node: chosen.node, set };
}

function settling() {
  let touched = -Infinity;
  return {
    touch: () => (touched = performance.now()),
    reached: () => performance.now() - touched > SETTLING_MS,
  };
}

// Sends the newest of many texts every PACE_MS; the last one always.
function paced(send) {
  let waiting = null;
  let timer = null;
  const hand = () => {
    timer = null;
    if (waiting === null) return;
    send(waiting);
    waiting = null;
    timer = setTimeout(hand, PACE_MS);
  };
  return (text) => {
    waiting = text;
    if (timer === null) hand();
  };
}
