"""Chat and REST of this platform beside the server a MERN team would write, on one machine."""
