"""Measures music: what the default setting plays, beside real tunes and other ways to make pieces.

`pieces` says what a piece is and where pieces come from, `markov` makes some of a chain, `measures`
holds the functions over a piece, `quotes` finds what stands in a song, `comparison` puts it
together. Plays and does not train: knows every layer but `learning`, and needs no torch. Known by
`livedshl evaluate` alone. Import from the modules.
"""
