"""How well codes retrieve what follows in songs they were not trained on, beside other methods.

`holdout` holds songs out, `contest` asks every method the same questions, `intervals` computes how
certain the answers are, `evaluate` runs it all. Import from the modules.
"""
