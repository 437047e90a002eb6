"""Where auth keeps what it knows, one module for each collection."""

from auth.repository.connections import ConnectionRepository
from auth.repository.keys import KeyRepository
from auth.repository.sessions import SessionRepository
from auth.repository.tries import TryRepository
from auth.repository.users import UserRepository

__all__ = [
    "ConnectionRepository",
    "KeyRepository",
    "SessionRepository",
    "TryRepository",
    "UserRepository",
]
