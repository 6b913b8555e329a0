"""The page of `livedshl play`: what sounds and what comes, in any browser, with every control.

A process of its own serves it. The main process sends it lines of JSON and obeys what comes back.
"""
