"""Networks in torch, training, and models made of new tunes.

Import from the modules. This package exports nothing, so that `pipeline` finds a cached bundle
without loading torch.
"""
