"""Measures composed music beside real tunes and other ways to make pieces.

`pieces` defines pieces and where they come from, `markov` composes some from a Markov chain,
`measures` has the functions of a piece, `quotes` finds quotations, `comparison` runs it all.
Nothing is trained, so it needs neither `learning` nor torch. Import from the modules.
"""
