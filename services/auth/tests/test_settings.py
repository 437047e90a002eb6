import pytest

from auth.settings import Settings

GIVEN = {"mongo_url": "mongodb://x", "amqp_url": "amqp://x", "CONVO_AUTH_KEY_SECRET": "s" * 32}


def test_the_defaults_are_those_of_one_machine():
    settings = Settings(**GIVEN)

    assert settings.port == 8101
    assert settings.database == "auth"
    assert settings.origins == ("http://localhost:8080", "http://127.0.0.1:8080")
    assert not settings.secure


def test_origins_are_those_of_browsers():
    settings = Settings(
        **GIVEN,
        public_url="https://meet.example/",
        allowed_origins="https://a.example/, http://b:3000",
    )

    assert settings.origins == ("https://meet.example", "https://a.example", "http://b:3000")
    assert settings.secure


@pytest.mark.parametrize("secret", [None, "", "x" * 31])
def test_without_a_good_secret_auth_does_not_start(monkeypatch, capsys, secret):
    monkeypatch.setenv("CONVO_MONGO_URL", "mongodb://x")
    monkeypatch.setenv("CONVO_AMQP_URL", "amqp://x")
    monkeypatch.delenv("CONVO_AUTH_KEY_SECRET", raising=False)
    if secret is not None:
        monkeypatch.setenv("CONVO_AUTH_KEY_SECRET", secret)

    with pytest.raises(SystemExit):
        Settings.read()

    told = capsys.readouterr().err
    assert told.startswith("CONVO_AUTH_KEY_SECRET: ")
    assert told.count("\n") == 1
