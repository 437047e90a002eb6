"""Secrets are made once and kept from other users."""

import base64
import stat
from pathlib import Path

from stack import credentials


def test_secrets_are_made_once(tmp_path: Path) -> None:
    first = credentials.load(tmp_path / "secrets.env")
    second = credentials.load(tmp_path / "secrets.env")

    assert first == second
    assert len(set(first.values())) == len(first)


def test_only_the_owner_can_read_them(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"

    credentials.load(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_secret_that_came_with_a_newer_version_is_added_and_the_others_stay(
    tmp_path: Path,
) -> None:
    path = tmp_path / "secrets.env"
    path.write_text("CONVO_TURN_SECRET=old=with=equals\n")

    found = credentials.load(path)

    assert found["CONVO_TURN_SECRET"] == "old=with=equals"
    assert found["CONVO_S3_SECRET_KEY"]
    assert credentials.load(path) == found


def test_the_key_of_the_signing_keys_has_32_bytes(tmp_path: Path) -> None:
    found = credentials.load(tmp_path / "secrets.env")

    assert len(base64.urlsafe_b64decode(found["CONVO_AUTH_KEY_SECRET"])) == 32
