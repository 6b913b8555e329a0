"""Names that a page would execute if it took them for markup, and everything that bears them."""

from dataclasses import replace
from pathlib import Path

from livedshl.bundle import Background, open_bundle, write_bundle
from livedshl.bundle.accompaniment import FOLDER, open_accompaniment, write_accompaniment
from livedshl.bundle.catalogue import find_bundle
from livedshl.bundle.shipped import shipped

_DO = "window.executed=1"
# Each would leave `window.executed` behind, in its own way.
NAMES = (
    f"<img src=x onerror={_DO}> Reel",
    f"<script>{_DO}</script> Jig",
    f"javascript:{_DO}",
    f'"><svg onload={_DO}><!-- Waltz',
    f"' onmouseover='{_DO}' onfocus='{_DO}' autofocus='",
    f"]]></text><script>{_DO}</script>&lt;b&gt; ${{{_DO}}}",
)
PART = f"<b onclick={_DO}>Piano</b>"
PRESET = f"<img src=x onerror={_DO}>"
SET = f'''
[[song]]
title = "Opener <svg onload={_DO}>"
preset = "{PRESET}.toml"
chords = "chart.txt"
tempo = 200
key = "D"
[[song]]
title = "Second <i>Song</i>"
preset = "session"
tempo = 200
key = "G"
'''
CHART = f"""[<script>{_DO}</script>]
D | G | A7 | D
[<img src=x onerror={_DO}>]
Bm | G | A7 | D
"""
# What in the page is no text: nothing but what the page itself is made of.
FOREIGN = (
    "(() => { const found = [...document.querySelectorAll("
    "'script:not([src]), img:not(#score), svg, iframe, object, i, a, [style*=url]')];"
    " const bad = [...document.querySelectorAll('*')].filter((node) => [...node.attributes].some("
    "({ name, value }) => name.startsWith('on') || value.startsWith('javascript:')));"
    " return [window.executed ?? null, ...[...found, ...bad].map((node) => node.outerHTML)]; })()"
)


def write_model(folder: Path) -> None:
    """Writes the default model and its accompaniment; all their songs have these names."""
    bundle = open_bundle(find_bundle("session"))
    tunes = tuple(
        replace(tune, title=NAMES[number % len(NAMES)])
        for number, tune in enumerate(bundle.library.tunes)
    )
    bundle = replace(bundle, library=replace(bundle.library, tunes=tunes))
    write_bundle(folder, bundle, bundle.networks.read_bytes(), Background({}, [], {}))
    library = open_accompaniment(shipped("models") / FOLDER)
    songs = [
        replace(song, title=NAMES[number % len(NAMES)])
        for number, song in enumerate(library.stretches)
    ]
    write_accompaniment(
        folder / FOLDER, songs, library.arrays, library.networks.read_bytes(), library.shape,
        songs=len(songs), training={}, corpora=[], figures={},
    )  # fmt: skip


def write_set(folder: Path) -> Path:
    """Writes a set list, its chart and its preset: a band that plays by code."""
    preset = (shipped("presets") / "lied.toml").read_text()
    preset = preset.replace('name = "Voice"', 'name = "Melody"').replace("Piano", PART)
    (folder / f"{PRESET}.toml").write_text(preset)
    (folder / "chart.txt").write_text(CHART)
    (folder / "set.toml").write_text(SET)
    return folder / "set.toml"
