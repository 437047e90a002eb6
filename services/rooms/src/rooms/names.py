"""Ids of rooms: short enough to read out, long enough not to be guessed."""

from uuid import UUID

_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # without what looks alike: l, 1, o, 0


def room_id(creation: UUID) -> str:
    """Twelve letters in three groups, for example `k3fm-7pqa-x2vz`, of a random UUID.

    They are its last 60 bits, which are random all (RFC 9562, section 5.4).
    """
    letters = [_LETTERS[creation.int >> 5 * place & 31] for place in range(12)]
    return "-".join("".join(letters[start : start + 4]) for start in (0, 4, 8))
