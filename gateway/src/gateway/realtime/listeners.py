"""Who hears which key, and on whose word."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from gateway.realtime.protocol import ServerFrame

_ROOM = "room."


class Listener(Protocol):
    """Something that takes frames and never makes the sender wait."""

    @property
    def user_id(self) -> str:
        """Whose it is."""

    def hear(self, frame: ServerFrame) -> None:
        """Take one frame."""


class Listeners:
    """Keys such as `room.<id>`, each with its listeners and with who asked for them.

    A room followed in chat and joined in a call is held by two services; it is heard
    until both let go.
    """

    def __init__(self) -> None:
        self._holders: dict[str, dict[Listener, set[str]]] = {}
        self._keys: dict[Listener, set[str]] = {}

    def hold(self, listener: Listener, key: str, holder: str) -> bool:
        """`listener` hears `key` on the word of `holder`; True when nobody heard it before."""
        is_new = key not in self._holders
        self._holders.setdefault(key, {}).setdefault(listener, set()).add(holder)
        self._keys.setdefault(listener, set()).add(key)
        return is_new

    def release(self, listener: Listener, key: str, holder: str) -> bool:
        """`holder` takes its word back; True when nobody hears `key` any more."""
        holders = self._holders.get(key, {}).get(listener, set())
        holders.discard(holder)
        return not holders and self.drop(listener, key)

    def drop(self, listener: Listener, key: str) -> bool:
        """`listener` hears `key` no more, whoever asked; True when nobody does."""
        listeners = self._holders.get(key)
        if listeners is None or listener not in listeners:
            return False
        del listeners[listener]
        keys = self._keys[listener]
        keys.discard(key)
        if not keys:
            del self._keys[listener]
        if listeners:
            return False
        del self._holders[key]
        return True

    def forget(self, listener: Listener) -> list[str]:
        """`listener` is gone; returns the keys that nobody hears any more."""
        return [key for key in list(self._keys.get(listener, ())) if self.drop(listener, key)]

    def of(self, keys: Sequence[str]) -> Iterable[Listener]:
        """Everybody who hears one of `keys`, once."""
        if len(keys) == 1:
            return list(self._holders.get(keys[0], ()))
        return list(dict.fromkeys(each for key in keys for each in self._holders.get(key, ())))

    def keys(self) -> list[str]:
        """Every key that is heard."""
        return list(self._holders)

    def rooms(self) -> list[str]:
        """Ids of the rooms that are heard."""
        return [key.removeprefix(_ROOM) for key in self._holders if key.startswith(_ROOM)]

    def hears(self, listener: Listener, key: str) -> bool:
        return key in self._keys.get(listener, ())

    def is_heard(self, key: str) -> bool:
        return key in self._holders
