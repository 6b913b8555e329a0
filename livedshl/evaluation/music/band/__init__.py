"""Measures how a band plays: who enters, how patterns vary, how loud, how the parts fit.

`played` composes a preset and gathers the notes of each part, `texture`, `expression` and `fit`
have the functions of one piece, `comparison` runs them over presets. Import from the modules.
"""
