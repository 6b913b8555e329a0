"""A performance followed and steered from where a musician stands: by the page, by the terminal.

What either showed ahead is compared with what the wire then played.
"""

import re
import shutil
import signal
import subprocess
import time
from collections import Counter, defaultdict

import pytest
from support.browser import Browser
from support.following import assert_played, changed_between, onsets
from support.hostile import FOREIGN, NAMES, PART, PRESET, write_model, write_set
from support.processes import PAGE, helpers_of
from support.surroundings import livedshl, need, sounding
from support.terminal import Terminal

from livedshl.arranger import Role
from livedshl.improviser.trace_file import read_trace
from livedshl.music import COMMON_TIME, Chord
from livedshl.performance.command_kinds import COMMANDS
from livedshl.performance.command_text import text_of
from livedshl.performance.commands import End
from livedshl.performance.preset import load_preset
from livedshl.performance.take_log import read_log
from livedshl.rendering import replay
from livedshl.surfaces.present import plain_name

pytestmark = pytest.mark.slow
BAR, BEAT = COMMON_TIME.bar_ticks, COMMON_TIME.beat_ticks
SECTION_BARS = 8
LOOSE = 60  # ticks that a note may come before its beat
SHOWN = "const { shown } = await import('./page.js');"
# Writes down each beat as the page shows it first, which is about eight beats before it sounds.
WRITE_DOWN = (
    f"(async () => {{ {SHOWN} window.seen = {{}}; setInterval(() => {{"
    " const { music, tick } = shown; if (!music) return;"
    " const now = Math.floor(tick / music.beatTicks);"
    " for (let beat = now + 1; beat <= now + 8; beat++) {"
    "  const from = beat * music.beatTicks, end = from + music.beatTicks;"
    "  if (beat in window.seen || end > music.end) continue;"
    "  const notes = music.notes.filter(([start]) => from <= start && start < end);"
    "  window.seen[beat] = { tick, notes: notes.map(([s, , c, p]) => [s, c, p]) }; } }, 25); })()"
)
CHART = ("E", "Abm", "B", "F#m")  # nothing that a tune in G would play


def wait_for_bar(browser, bar):
    browser.wait_for(f"{SHOWN} return shown.tick >= {bar * BAR}", timeout_s=60)


def bar_now(browser):
    return browser.evaluate(f"(async () => {{ {SHOWN} return shown.tick; }})()") // BAR


def click(browser, command):
    """Clicks a button, once the page is connected: a busy machine may lose it for a moment."""
    browser.wait_for("return document.body.classList.contains('up')")
    browser.click(f'[data-command="{command}"]')


def choose(browser, command, value, event="change"):
    """Sets a slider or a list, as a finger does."""
    browser.wait_for("return document.body.classList.contains('up')")
    browser.evaluate(
        f"(() => {{ const node = document.querySelector('[data-command=\"{command}\"]');"
        f" node.value = {value!r}; node.dispatchEvent(new Event('{event}')); }})()"
    )


def becomes(browser, name, value):
    browser.wait_for(f"{SHOWN} return shown.settings.values['{name}'] === {value}")


def use_every_control(browser):
    """Uses each control of the page once, but for the one that ends the music."""
    for part in ("melody", plain_name(PART)):
        for switch in (f"mute {part}", f"solo {part}", f"lock {part}"):
            for _ in ("on", "off"):
                click(browser, switch)
        click(browser, f"vary {part}")
        choose(browser, f"level {part}", "80", "input")
    for name, to in (("adventure", "0.4"), ("intensity", "0.6"), ("density", "0.4"),
                     ("swing", "0.3"), ("latency", "5")):  # fmt: skip
        choose(browser, name, to, "input")
        becomes(browser, name, to)
    click(browser, "undo")
    becomes(browser, "latency", 0)
    click(browser, "swing down")
    browser.wait_for(f"{SHOWN} return shown.settings.values.swing < 0.3")
    click(browser, "tempo up")
    becomes(browser, "tempo", 202)
    choose(browser, "key", "F")
    becomes(browser, "key", '"F"')
    for switch in ("hold", "freeze", "pause"):
        for on in ("true", "false"):
            click(browser, switch)
            becomes(browser, switch, on)
    browser.wait_for("return document.querySelector('#choices button') !== null")
    click(browser, "choose 1")
    for trigger in ("fill", "re-roll", "next-tune", "panic"):
        click(browser, trigger)
    choose(browser, "song", "2: Second <i>Song</i>")
    becomes(browser, "song", 2)
    choose(browser, "preset", "solo-piano")
    becomes(browser, "preset", '"solo-piano"')
    play_other_music(browser)


def play_other_music(browser):
    """Types a chart, then chooses another model; both begin with the next tune."""
    choose(browser, "chart text", "C | <b>F</b>")
    click(browser, "chart typed")
    browser.wait_for("return document.querySelector('#told').textContent.includes(\"'<b>F\")")
    choose(browser, "chart text", "[A]\n" + " | ".join(CHART))
    click(browser, "chart typed")
    becomes(browser, "chart", f'"{" | ".join(CHART)}"')
    choose(browser, "model", "lieder")
    becomes(browser, "model", '"lieder"')
    click(browser, "next-tune")
    browser.wait_for(f"{SHOWN} return shown.settings.key === 'E'", timeout_s=60)


def texts(browser, selector):
    """What some elements show, each once."""
    nodes = f"[...document.querySelectorAll({selector!r})]"
    return set(browser.evaluate(f"{nodes}.map((node) => node.textContent)"))


def assert_shown_as_written(browser):
    """Names full of markup and script are text wherever they stand, and nothing is executed."""
    browser.wait_for("return document.querySelector('#score').src !== ''")
    browser.wait_for("return document.querySelector('#choices button') !== null")
    browser.wait_for("return document.querySelector('#accompaniment').textContent !== ''")
    tune, _, _ = browser.text("#song").removeprefix("From: ").rpartition(", beat ")
    borrowed, _, _ = browser.text("#accompaniment").partition(": ")[2].rpartition(", bar ")
    assert {tune, borrowed} <= set(NAMES)
    assert set() < texts(browser, "#sources span") <= set(NAMES)
    assert set() < texts(browser, "#choices button span") <= set(NAMES)
    assert PRESET in texts(browser, "[data-command=preset] option")
    assert "2: Second <i>Song</i>" in texts(browser, "[data-command=song] option")
    click(browser, f"mute {plain_name(PART)}")
    browser.wait_for("return document.querySelector('#told').textContent.includes('muted')")
    assert browser.text("#told") == f"{PART} muted"
    assert any(name.startswith(PART) for name in texts(browser, ".part .name"))
    click(browser, f"mute {plain_name(PART)}")
    picture = "decodeURIComponent(document.querySelector('#score').src.split(',').slice(1).join())"
    read = f"new DOMParser().parseFromString({picture}, 'image/svg+xml').querySelectorAll"
    assert browser.evaluate(f"{read}('path').length") > 2
    assert browser.evaluate(f"{read}('script, image, a, foreignObject').length") == 0


def save_and_download(browser, folder):
    """Saves the last bars into a folder with a name like markup, and downloads them."""
    click(browser, "save")
    browser.wait_for(f"return document.querySelector('#told').textContent.includes({folder!r})")
    browser.wait_for("return document.querySelector('#saved button') !== null")
    browser.click("#saved button")
    browser.wait_for("return document.querySelector('#told').textContent.startsWith('Down')")
    assert re.fullmatch(r"Downloaded [\d-]+ [\d.]+\.mid", browser.text("#told"))


def test_the_page_shows_bar_for_bar_what_the_wire_plays_and_every_control_acts(
    jack, receiver, free_port, tmp_path
):
    write_model(tmp_path / "model")
    write_set(tmp_path)
    take = tmp_path / "take.mid"
    player = subprocess.Popen(
        livedshl(
            "play", "--port", receiver.port, "--web", free_port, "--no-tui", "--seed", 3,
            "--model", tmp_path / "model", "--set", tmp_path / "set.toml", "--record", take,
            "--trace", tmp_path / "trace.jsonl",
        ),
        env=jack | {"XDG_MUSIC_DIR": str(tmp_path / PRESET)},
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        with Browser(tmp_path) as browser:
            receiver.wait_for_a_note()
            browser.open_when_there(f"http://127.0.0.1:{free_port}/")
            browser.wait_for(f"{SHOWN} return shown.music && shown.settings")
            browser.evaluate(WRITE_DOWN)
            first = bar_now(browser) + 2
            wait_for_bar(browser, first + SECTION_BARS)
            helpers_of(player.pid)[PAGE].kill()
            browser.wait_for("return document.body.classList.contains('lost')")
            browser.wait_for("return document.body.classList.contains('up')")
            wait_for_bar(browser, first + 2 * SECTION_BARS)
            assert_shown_as_written(browser)
            use_every_control(browser)
            save_and_download(browser, PRESET)
            steered_until = bar_now(browser)
            wait_for_bar(browser, steered_until + 8)
            click(browser, "end")
            browser.wait_for("return document.querySelector('#left').textContent.includes('End')")
            seen = browser.evaluate("window.seen")
            assert browser.evaluate(FOREIGN) == [None]
            wait_for_bar(browser, bar_now(browser) + 2)  # the composer hears of it at its next step
            player.send_signal(signal.SIGTERM)
        _, told = player.communicate(timeout=20)
    finally:
        player.kill()
    assert player.returncode == 0, told
    messages = receiver.messages()
    assert not sounding(messages)
    assert_played(take, messages, told)
    followed = bars_as_shown(seen, take)
    assert len([bar for bar in followed if first <= bar < first + 2 * SECTION_BARS]) >= SECTION_BARS
    assert [bar for bar in followed if bar > steered_until]
    played = defaultdict(list)
    for tick, channel, pitch in onsets(take):
        played[tick // BAR].append([tick, channel, pitch])
    for bar, notes in followed.items():
        assert sorted(notes) == sorted(played[bar]), f"bar {bar + 1} differs"
    changes = read_log(tmp_path / "take.mid.take").changes
    asked = {text_of(change.command).split()[0] for change in changes}
    # A take keeps what an undo, a choice, a chart, a model or another pattern brought about.
    assert asked >= {*COMMANDS, "follow", "use"} - {"undo", "choose", "vary", "chart", "model"}
    (ended,) = [change.tick for change in changes if isinstance(change.command, End)]
    assert_other_music(take, read_trace(tmp_path / "trace.jsonl")[0], ended)
    assert replay(take).same


def assert_other_music(take, trace, ended):
    """From the tune of the chosen model on, the band played the chart that was typed."""
    begun = next(one.beat for one in trace if one.source.startswith("lieder"))
    assert all(one.source.startswith("lieder") for one in trace if one.beat >= begun)
    (channel,) = [
        part.channel for part in load_preset("solo-piano").parts if part.role is Role.CHORDS
    ]
    heard = [
        (tick + LOOSE - begun * BEAT, pitch) for tick, on, pitch in onsets(take) if on == channel
    ]
    over = [(tick // BAR, pitch) for tick, pitch in heard if 0 <= tick < ended - begun * BEAT]
    assert len({bar for bar, _ in over}) >= 4
    for bar, pitch in over:
        assert pitch % 12 in Chord.parse(CHART[bar % 4]).pitch_classes, f"{pitch} in bar {bar + 1}"


def bars_as_shown(seen, take):
    """The notes of each bar as they were shown before it, where no command came in between."""
    beats = {int(beat): each for beat, each in seen.items()}
    log = read_log(take.with_name(f"{take.name}.take"))
    log_end = log.heard if log.end is None else log.end  # a busy machine lets it come to its end
    bars = {}
    for bar in {beat * BEAT // BAR for beat in beats}:
        shown = [beats.get(bar * BAR // BEAT + n) for n in range(BAR // BEAT)]
        if None in shown or (bar + 1) * BAR > log_end:
            continue
        first = min(each["tick"] for each in shown)
        if max(each["tick"] for each in shown) < bar * BAR and not changed_between(
            take, first, (bar + 1) * BAR
        ):
            bars[bar] = [note for each in shown for note in each["notes"]]
    return bars


def follow_chords(terminal, seen, bars):
    """Counts the chords that the terminal says will come, by their beat, for so many bars.

    Returns the bar in which it ends.
    """
    bar, last = 0, None
    while last is None or bar < last:
        shown = terminal.screen()
        place = re.search(r"(\d+)\.(\d) ", shown)
        if not place:  # half drawn
            continue
        bar, beat = int(place[1]), int(place[2])
        last = last or bar + bars
        now = (bar - 1) * BAR // BEAT + beat - 1
        _, _, coming = next((line for line in shown.splitlines() if " → " in line), "").partition(
            " → "
        )
        for name, beats in re.findall(r"(\S+) in (\d+)", coming):
            seen[now + int(beats)][name] += 1
        time.sleep(0.1)
    return bar


def test_the_terminal_shows_chords_ahead_that_the_wire_then_plays_whatever_its_keys_change(
    jack, receiver, tmp_path
):
    need(shutil.which("tmux"), "tmux")
    take = tmp_path / "take.mid"
    command = livedshl(
        "play", "--port", receiver.port, "--tempo", 200, "--seed", 6, "--record", take
    )
    terminal = Terminal(tmp_path.name, command, jack, tmp_path)
    seen = defaultdict(Counter)
    try:
        terminal.wait_for("next section", timeout_s=60)
        steered_from = follow_chords(terminal, seen, 2 * SECTION_BARS)
        for key in ("i", "F", "n", "h", "h"):
            terminal.press(key)
            follow_chords(terminal, seen, 1)
        follow_chords(terminal, seen, 7)
        terminal.press("q", "q")
        assert terminal.wait_until_over() == 0
        told = terminal.screen().replace("\n", "")
    finally:
        terminal.close()
    messages = receiver.messages()
    assert not sounding(messages)
    assert_played(take, messages, told)
    (channel,) = [part.channel for part in load_preset("session").parts if part.name == "Chords"]
    struck = defaultdict(set)
    for tick, on, pitch in onsets(take):
        if on == channel and (tick + LOOSE) % BEAT < BEAT // 4:
            struck[(tick + LOOSE) // BEAT].add(pitch % 12)
    compared = []
    for beat, names in seen.items():
        name, times = names.most_common(1)[0]
        changed = changed_between(take, (beat - 9) * BEAT, (beat + 1) * BEAT)
        if times > 1 and beat in struck and not changed:
            assert struck[beat] <= Chord.parse(name).pitch_classes, f"{name} at beat {beat}"
            compared.append(beat * BEAT // BAR < steered_from)
    assert compared.count(True) > SECTION_BARS and compared.count(False)
