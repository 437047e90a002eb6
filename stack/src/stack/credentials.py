"""The secrets of this installation: random, made once, readable by its owner alone."""

import base64
import os
import secrets
from pathlib import Path

NAMES = ("CONVO_TURN_SECRET", "CONVO_S3_SECRET_KEY", "CONVO_RABBITMQ_PASSWORD")
# 32 bytes, because that is what encrypts the signing keys.
_KEYS = ("CONVO_AUTH_KEY_SECRET",)


def load(path: Path) -> dict[str, str]:
    """Read the secrets in `path`, and make those it lacks."""
    found = dict(_pairs(path.read_text())) if path.is_file() else {}
    made = {name: secrets.token_urlsafe(32) for name in NAMES if name not in found}
    made |= {
        name: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        for name in _KEYS
        if name not in found
    }
    if made:
        _write(path, {**found, **made})
    return {**found, **made}


def _pairs(text: str) -> list[tuple[str, str]]:
    lines = (line.partition("=") for line in text.splitlines() if "=" in line)
    return [(name, value) for name, _, value in lines]


def _write(path: Path, values: dict[str, str]) -> None:
    """Replace the file whole, so that a crash cannot leave half of the secrets."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    text = "".join(f"{name}={value}\n" for name, value in values.items())
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
