"""A performance as pure, copyable, seeded state: no threads, no ports, no player."""
