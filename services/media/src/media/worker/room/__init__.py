"""Rooms: who sends what on which connection, who wants it, and what is due when."""
