"""Rooms: durable places, who belongs to them, and the log of their meetings."""
