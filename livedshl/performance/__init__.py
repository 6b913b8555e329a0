"""A performance as pure, copyable, seeded state, and the commands that steer it."""
