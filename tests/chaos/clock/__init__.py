"""On the path of every process whose clock can be moved."""
