"""Control surfaces: what shows a performance, and steers it while it plays."""
