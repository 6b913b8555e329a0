"""What codes find for songs they have not learned from, and what else would find it.

`holdout` takes songs out, `contest` asks every way of retrieving the same questions, `intervals`
says how sure the answers are, `evaluate` puts it together. Import from the modules.
"""
