"""What tests share: hand-made parts, real wires, and strategies for what varies."""
