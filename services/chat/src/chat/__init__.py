"""Chat: what was said in a room, numbered without a gap, kept with the room."""
