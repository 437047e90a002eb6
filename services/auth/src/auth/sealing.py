"""What must not be readable in the store, or in a copy of it."""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12  # bytes, random: far below 2^32 texts are ever sealed with one key


class WrongSecretError(Exception):
    """What is stored was sealed with another `CONVO_AUTH_KEY_SECRET`, or for another place."""


class Sealer:
    """AES-256-GCM with a key of its own for each purpose (HKDF, RFC 5869)."""

    def __init__(self, secret: str, purpose: str) -> None:
        derived = HKDF(SHA256(), length=32, salt=None, info=f"convo auth {purpose}".encode())
        self._cipher = AESGCM(derived.derive(secret.encode()))

    def seal(self, text: str, *, place: str) -> str:
        """Encrypt; `place` says where it belongs, so that it is of no use elsewhere."""
        nonce = os.urandom(_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, text.encode(), place.encode())
        return base64.urlsafe_b64encode(sealed).decode()

    def unseal(self, sealed: str, *, place: str) -> str:
        """Raises `WrongSecretError`."""
        raw = base64.urlsafe_b64decode(sealed)
        try:
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], place.encode()).decode()
        except InvalidTag as wrong:
            raise WrongSecretError("CONVO_AUTH_KEY_SECRET is not the one of this store.") from wrong
