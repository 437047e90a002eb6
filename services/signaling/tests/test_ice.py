import base64
import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from common.testing import NOON
from signaling.domain import Relays, RTCIceServer, stun_of
from signaling.settings import Settings

NEEDED = {"mongo_url": "mongodb://x", "amqp_url": "amqp://x", "jwks_url": "http://x"}
SECRET = "sixteen-letters!"


def settings(**given) -> Settings:
    return Settings(**NEEDED, **given)


def hmac_sha1(key: bytes, text: bytes) -> bytes:
    """RFC 2104, written out."""
    if len(key) > 64:
        key = hashlib.sha1(key).digest()
    block = key.ljust(64, b"\0")
    inner = hashlib.sha1(bytes(each ^ 0x36 for each in block) + text).digest()
    return hashlib.sha1(bytes(each ^ 0x5C for each in block) + inner).digest()


def test_the_hmac_written_out_is_the_one_of_the_standard() -> None:
    # RFC 2202, test case 2.
    digest = hmac_sha1(b"Jefe", b"what do ya want for nothing?")

    assert digest.hex() == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"


@pytest.mark.parametrize("secret", [SECRET, "k" * 100])
def test_turn_credentials_end_in_an_hour_and_are_signed_with_the_secret(secret: str) -> None:
    relays = Relays((), ("turn:turn.example:3478",), secret)

    given = relays.servers_for("ada", at=NOON + timedelta(milliseconds=999))

    [turn] = given.ice_servers
    expiry = int(NOON.timestamp()) + 3600
    assert turn.username == f"{expiry}:ada"
    expected = base64.b64encode(hmac_sha1(secret.encode(), turn.username.encode())).decode()
    assert turn.credential == expected
    assert given.expires_at == datetime.fromtimestamp(expiry, UTC) == NOON + timedelta(hours=1)


def test_stun_needs_no_credentials_and_comes_first() -> None:
    given = Relays(("stun:s.example",), ("turn:t.example",), SECRET).servers_for("ada", at=NOON)

    assert given.ice_servers[0] == RTCIceServer(("stun:s.example",))
    assert given.ice_servers[1].urls == ("turn:t.example",)


def test_an_installation_without_servers_gives_none() -> None:
    assert Relays((), (), "").servers_for("ada", at=NOON).ice_servers == ()


def test_a_turn_server_is_asked_for_addresses_too() -> None:
    relays = settings(
        turn_urls="turn:t.example:3478?transport=udp, turn:t.example:3478?transport=tcp,"
        "turns:t.example:5349?transport=tcp,",
        turn_secret=SECRET,
    ).relays()

    assert len(relays.turn_urls) == 3
    assert relays.stun_urls == ("stun:t.example:3478",)
    assert stun_of("turns:t.example:5349") is None


def test_other_stun_servers_can_be_named() -> None:
    given = settings(
        turn_urls="turn:[2001:db8::1]:3478", turn_secret=SECRET, stun_urls="stun:a,stuns:b:5349"
    )

    assert given.relays().stun_urls == ("stun:a", "stuns:b:5349")


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({"CONVO_TURN_URLS": "turn:t.example"}, "CONVO_TURN_SECRET"),
        ({"CONVO_TURN_URLS": "turn:t.example", "CONVO_TURN_SECRET": "short"}, "CONVO_TURN_SECRET"),
        ({"CONVO_TURN_URLS": "t.example", "CONVO_TURN_SECRET": SECRET}, "CONVO_TURN_URLS"),
        ({"CONVO_TURN_URLS": "turn:t?transport=x", "CONVO_TURN_SECRET": SECRET}, "CONVO_TURN_URLS"),
        ({"CONVO_STUN_URLS": "http://t.example"}, "CONVO_STUN_URLS"),
        ({"CONVO_SIGNALING_PORT": "99999"}, "CONVO_SIGNALING_PORT"),
    ],
)
def test_a_setting_that_cannot_work_ends_the_program_in_one_sentence(
    variables, complaint, monkeypatch, capsys
) -> None:
    for name, value in {**variables, **{f"CONVO_{k}": v for k, v in NEEDED.items()}}.items():
        monkeypatch.setenv(name.upper(), value)

    with pytest.raises(SystemExit):
        Settings.read()

    said = capsys.readouterr().err
    assert said.startswith(f"{complaint}: ")
    assert said.count("\n") == 1
    assert SECRET not in said


def test_settings_come_from_the_environment(monkeypatch) -> None:
    for name, value in {
        **{f"CONVO_{k}".upper(): v for k, v in NEEDED.items()},
        "CONVO_TURN_URLS": "turn:a:1,turn:b:2",
        "CONVO_TURN_SECRET": SECRET,
    }.items():
        monkeypatch.setenv(name, value)

    read = Settings.read()

    assert read.turn_urls == ("turn:a:1", "turn:b:2")
    assert (read.port, read.database) == (8104, "signaling")
    assert SECRET not in repr(read)
