import pytest

from auth.sealing import Sealer, WrongSecretError

SECRET = "s" * 32


def test_what_is_sealed_can_be_read_again():
    sealed = Sealer(SECRET, "keys").seal("text", place="a")

    assert "text" not in sealed
    assert Sealer(SECRET, "keys").unseal(sealed, place="a") == "text"
    assert Sealer(SECRET, "keys").seal("text", place="a") != sealed


@pytest.mark.parametrize(
    ("secret", "purpose", "place"),
    [("t" * 32, "keys", "a"), (SECRET, "tokens", "a"), (SECRET, "keys", "b")],
)
def test_another_secret_purpose_or_place_reads_nothing(secret, purpose, place):
    sealed = Sealer(SECRET, "keys").seal("text", place="a")

    with pytest.raises(WrongSecretError):
        Sealer(secret, purpose).unseal(sealed, place=place)
