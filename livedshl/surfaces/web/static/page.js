// The page of livedshl: shows what sounds and what comes, and steers it.
// All text that comes from outside is set as text, never as markup.

import { Choices } from "./choices.js";
import { Clock } from "./clock.js";
import { Connection } from "./connection.js";
import { element, widget } from "./controls.js";
import { Roll } from "./roll.js";
import { Saved } from "./saved.js";
import { Sheet } from "./sheet.js";

const TOLD_MS = 6000;
const LATE_MS = 20; // a note this late is heard as late
const SPEAK_MS = 2000; // a screen reader is told no more often
const COMING_CHORDS = 4;
const NAMED = ["Intro", "Tag"]; // parts of the music that are no sections
const STEP_TICKS = 120; // nothing but the roll and the place changes more often

export const shown = { music: null, settings: null, tick: 0 }; // also what tests look at

const byId = (id) => document.getElementById(id);
const clock = new Clock();
const roll = new Roll(byId("roll"));
const sheet = new Sheet(byId("sheet"));
const saved = new Saved(byId("saved"), tell);
const choices = new Choices(byId("choices"), send);
const still = matchMedia("(prefers-reduced-motion: reduce)");
const messages = { toldUntil: 0, spokenAt: 0, spoken: "" };
let controls = [];
let widgets = []; // of the whole band: {control, set}
let partWidgets = []; // {plain, name, set, row}
let bandOfWidgets = "";

const connection = new Connection(take, showConnection);

function take(news) {
  if (news.kind === "hello") {
    controls = news.controls;
    bandOfWidgets = "";
    makeControls();
  } else if (news.kind === "music") {
    shown.music = news;
  } else if (news.kind === "settings") {
    shown.settings = news;
    showSettings(news);
  } else if (news.kind === "clock") {
    clock.hear(news, shown.music?.beatTicks ?? 480, performance.now());
    showClock(news);
  } else if (news.kind === "sheet") {
    sheet.take(news);
  } else if (news.kind === "saved") {
    saved.take(news);
  } else if (news.kind === "told") {
    tell(news.line);
  }
}

function send(text) {
  if (!connection.send(text)) tell("Not connected: livedshl did not hear that");
}

function showConnection(up) {
  document.body.classList.toggle("up", up);
  document.body.classList.toggle("lost", !up);
  setText("connection", up ? "Connected" : "Connection lost. Trying again…");
}

const written = {}; // the text of each element, so that nobody has to ask the page

function setText(id, text) {
  if (written[id] !== text) byId(id).textContent = written[id] = text;
}

function tell(line) {
  setText("told", line);
  messages.toldUntil = performance.now() + TOLD_MS;
}

function makeControls() {
  const single = controls.filter((control) => !control.perPart && control.name !== "choose"); // has its own place
  widgets = single.map((control) => ({ control, ...widget(control, null, send) }));
  const isTrigger = ({ control }) => control.takes === "trigger" || control.takes === "switch";
  const save = element("button", {
    type: "button", text: "Save", title: "save the last 32 bars", "data-command": "save",
  });
  save.addEventListener("click", () => send("save"));
  const buttons = widgets.filter(isTrigger).map(({ node }) => node);
  byId("buttons").replaceChildren(...buttons, save);
  byId("controls").replaceChildren(...widgets.filter((each) => !isTrigger(each)).map(({ node }) => node));
}

function makeParts(parts) {
  const perPart = controls.filter((control) => control.perPart);
  partWidgets = parts.map((part, number) => {
    const made = perPart.map((control) => ({ name: control.name, takes: control.takes, ...widget(control, part, send) }));
    const rests = element("small", { text: "rests" });
    const row = element("div", { class: "part", role: "group", "aria-label": part.name },
      element("span", { class: "name", text: part.name }, rests));
    row.style.color = `var(--part-${number % 6})`;
    row.append(...made.filter((each) => each.takes === "number").map((each) => each.node));
    row.append(...made.filter((each) => each.takes !== "number").map((each) => each.node));
    return { row, rests, made };
  });
  byId("parts").replaceChildren(...partWidgets.map(({ row }) => row));
}

function showSettings(settings) {
  for (const { control, set } of widgets) {
    const choices = control.name === "song" ? settings.songs : settings.choices[control.name];
    set(settings.values[control.name] ?? null, choices);
  }
  const band = settings.parts.map((part) => part.name).join("\n");
  if (band !== bandOfWidgets) {
    bandOfWidgets = band;
    makeParts(settings.parts);
  }
  settings.parts.forEach((part, number) => {
    partWidgets[number].row.classList.toggle("silent", part.silent);
    for (const { name, set } of partWidgets[number].made) set(part.values[name]);
  });
  choices.take(settings.openings);
  setText("key", settings.key);
  setText("metre", settings.metre);
}

// Who plays in the bar that sounds: the others rest, as the plan of the band has it.
function showWhoPlays(music, settings, tick) {
  const end = tick + music.barTicks;
  settings?.parts.forEach((part, number) => {
    const plays = music.notes.some((note) => note[2] === part.channel && note[0] < end && note[1] > tick);
    partWidgets[number].rests.hidden = plays || part.silent;
  });
}

function showClock(news) {
  const runs = news.ticksPerSecond > 0;
  const sync = news.sync === "internal" ? "" : ` (${news.sync} ${runs ? "locked" : "lost"})`;
  setText("tempo", runs ? `${news.tempo} BPM${sync}` : `waiting${sync}`);
  const [usual, worst] = news.lateMs;
  setText("late", `${usual.toFixed(1)} ms (worst ${worst.toFixed(1)})`);
  byId("late").classList.toggle("bad", worst >= LATE_MS);
  setText("output", news.output);
  byId("output").classList.toggle("bad", !news.heard);
  const listening = byId("listening");
  const plays = shown.settings?.listening ? "You play" : "";
  const keys = news.keys.length ? `You hold ${news.keys.join(" ")}` : "";
  const answers = sectionAt(shown.tick)?.answers ? "livedshl answers you" : "";
  listening.textContent = [plays, keys, answers].filter(Boolean).join(" · ");
  listening.hidden = listening.textContent === "";
  if (shown.music) showWhoPlays(shown.music, shown.settings, shown.tick);
}

// The last of some entries that has begun at a tick; the first if none has.
function numberAt(entries, tick, tickOf) {
  let number = 0;
  while (number + 1 < entries.length && tickOf(entries[number + 1]) <= tick) number++;
  return number;
}

function sectionAt(tick) {
  const sections = shown.music?.sections ?? [];
  return sections[numberAt(sections, tick, (section) => section.tick)];
}

let step = {};

function showStep(tick) {
  const { music, settings } = shown;
  const number = Math.floor(tick / STEP_TICKS);
  if (step.number === number && step.music === music && step.settings === settings) return;
  step = { number, music, settings };
  showMusic(tick);
}

function showMusic(tick) {
  const { music, settings } = shown;
  const bar = Math.floor(tick / music.barTicks);
  const beat = Math.floor((tick - bar * music.barTicks) / music.beatTicks);
  setText("bar", `${bar + 1}.${beat + 1}`);
  const number = numberAt(music.chords, tick, ([at]) => at);
  const [now, next, ...later] = music.chords.slice(number, number + 2 + COMING_CHORDS);
  setText("chord-now", now?.[1] || "–");
  setText("chord-next", next?.[1] || "–");
  const wait = next ? Math.ceil((next[0] - tick) / music.beatTicks) : 0;
  setText("chord-wait", next ? `in ${wait} beat${wait === 1 ? "" : "s"}` : "");
  setText("coming", later.length ? `then ${later.map(([, name]) => name || "–").join("  ")}` : "");
  showSection(sectionAt(tick), bar, music, settings);
  const song = numberAt(music.songs, tick, ([at]) => at);
  setText("song", songLine("From", music.songs[song]));
  setText("song-next", songLine("Next", music.songs[song + 1]));
  const bars = music.accompaniment[numberAt(music.accompaniment, tick, ([at]) => at)]?.[1] ?? [];
  setText("accompaniment", bars.length ? `Accompaniment: ${bars.join("; ")}` : "");
  speak(now?.[1], next?.[1], sectionAt(tick)?.name);
}

function songLine(word, song) {
  return song ? `${word}: ${song[1]}, beat ${song[2]}` : "";
}

function showSection(section, bar, music, settings) {
  const plan = byId("plan");
  const key = section ? `${section.plan} ${section.number}` : "";
  if (plan.dataset.key !== key) {
    plan.dataset.key = key;
    const letters = [...(section?.plan ?? "")].map((letter, number) =>
      element("span", { text: letter, class: number === section.number ? "on" : "" }));
    plan.replaceChildren(...letters);
  }
  if (settings?.ending) setText("left", "Ending at the cadence");
  else if (!section) setText("left", "");
  else {
    const left = section.bars - section.bar + 1 - (bar - Math.floor(section.tick / music.barTicks));
    const where = section.bars && left > 0 ? `${left} bar${left === 1 ? "" : "s"} left` : `bar ${section.bar}`;
    setText("left", NAMED.includes(section.name) ? `${section.name}, ${where}` : where);
  }
}

function speak(now, next, section) {
  const name = NAMED.includes(section) ? `${section}.` : section && `Section ${section}.`;
  const line = [name, now, next && `then ${next}`].filter(Boolean).join(" ");
  if (line === messages.spoken || performance.now() - messages.spokenAt < SPEAK_MS) return;
  messages.spoken = line;
  messages.spokenAt = performance.now();
  setText("spoken", line.replaceAll("#", " sharp").replace(/([A-G])b/g, "$1 flat"));
}

function frame() {
  const now = performance.now();
  if (shown.music) {
    shown.tick = clock.tick(now);
    showStep(shown.tick);
    const beat = shown.music.beatTicks;
    const place = still.matches ? Math.floor(shown.tick / beat) * beat : shown.tick;
    roll.draw(shown.music, shown.settings?.parts ?? [], place);
    sheet.draw(place);
  }
  if (messages.toldUntil && now > messages.toldUntil) {
    messages.toldUntil = 0;
    setText("told", "");
  }
  requestAnimationFrame(frame);
}

requestAnimationFrame(frame);
