"""How well codes of accompaniment retrieve what accompanies next in songs they did not learn from.

`contest` asks every method the same questions, `baselines` has the other methods, `laying` measures
what is retrieved once it is laid on the song, `evaluate` runs it all. Import from the modules.
"""
