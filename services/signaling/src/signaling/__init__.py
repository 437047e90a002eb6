"""Signaling: live calls, the peers in them, and how these reach each other."""
