"""Pairs, networks, training and encoding: everything that needs torch, and the harmoniser's fit.

Import from the modules: nothing is handed out here, so that looking a cached bundle up in
`pipeline` does not load torch.
"""
