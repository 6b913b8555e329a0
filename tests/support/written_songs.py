"""Songs for a voice and a piano, as files."""

from support.written_scores import attributes, note, notes, part, score


def write_songs(folder, n_songs):
    """Songs for a voice and a piano, each with a rhythm of its own."""
    roots = ("C3", "F3", "G3", "C3")
    figures = (("C4 E4 G4 E4", 1), ("C4 G4 E4 G4 C4 G4 E4 G4", 0.5), ("E4 G4", 2), ("G4", 4))
    for number in range(n_songs):
        figure = figures[number % len(figures)]
        voice = [notes("G5 E5 C5 E5")] * 16
        piano = [
            notes(*figure) + "<backup><duration>16</duration></backup>" + note(roots[bar % 4], 4)
            for bar in range(16)
        ]
        voice[0], piano[0] = attributes() + voice[0], attributes() + piano[0]
        text = score(("Voice", part(*voice)), ("Piano", part(*piano)))
        (folder / f"song_{number}.musicxml").write_text(text)
