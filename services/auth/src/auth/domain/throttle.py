"""How long a next try to sign in has to wait, after so many that failed."""

ACCOUNT_WAITS = (0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60)
"""Seconds, at one account; the last for any more."""

ADDRESS_WAITS = (*[0] * 50, 1, 2, 4, 8, 16, 32, 60)
"""The same for tries from one address: many people may share it."""
