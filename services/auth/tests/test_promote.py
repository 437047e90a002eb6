import jwt

from auth import promote


async def test_the_first_administrator_is_made_by_command(ada, settings, capsys):
    assert await promote.main(settings, "ADA@example.org", "admin") == 0
    assert "user, admin" in capsys.readouterr().out
    assert await promote.main(settings, "ada", "admin") == 0

    user = (await ada.refreshes()).json()["user"]

    assert user["roles"] == ["user", "admin"]
    claims = jwt.decode(ada.token, options={"verify_signature": False})
    assert claims["roles"] == ["user", "admin"]


async def test_nobody_cannot_be_promoted(settings, capsys):
    assert await promote.main(settings, "nobody@example.org", "admin") == 1
    assert capsys.readouterr().err == "There is no such person.\n"
