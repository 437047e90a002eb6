"""Ids of rooms: short enough to read out, long enough not to be guessed."""

import secrets

_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # without what looks alike: l, 1, o, 0


def new_room_id() -> str:
    """Twelve letters in three groups, for example `k3fm-7pqa-x2vz` (60 random bits)."""
    letters = [secrets.choice(_LETTERS) for _ in range(12)]
    return "-".join("".join(letters[start : start + 4]) for start in (0, 4, 8))
