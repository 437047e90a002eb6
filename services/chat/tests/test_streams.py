"""What gateways find by number when the bus brought less."""

import httpx

from common.testing import Issuer


async def missed(http: httpx.AsyncClient, token: str, *rooms: tuple[str, int | None]) -> dict:
    wanted = [{"roomId": room, "after": after, "token": token} for room, after in rooms]
    return (await http.post("/streams", json={"rooms": wanted})).json()


async def say(http: httpx.AsyncClient, headers: dict[str, str], *texts: str) -> None:
    for text in texts:
        body = {"roomId": "tea", "message": text}
        assert (await http.post("/chat/message", json=body, headers=headers)).status_code == 201


async def test_messages_are_told_as_the_facts_they_were_published_as(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    await say(http, issuer.bearer("ada"), "one", "two", "three")

    found = await missed(http, issuer.token("bob"), ("tea", 1))
    again = await missed(http, issuer.token("bob"), ("tea", 1))

    [room] = found["rooms"]
    assert [(told["seq"], told["frame"]) for told in room["told"]] == [
        (2, "chatMessage"),
        (3, "chatMessage"),
    ]
    assert '"message":"two"' in room["told"][0]["body"]
    assert room["newest"] == 3
    assert again == found, "told again it is the same fact"


async def test_silence_costs_one_answer_without_a_room(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    await say(http, issuer.bearer("ada"), "one")

    assert await missed(http, issuer.token("ada"), ("tea", 1), ("other", 0)) == {
        "rooms": [],
        "refused": [],
    }


async def test_strangers_are_refused(http: httpx.AsyncClient, issuer: Issuer) -> None:
    await say(http, issuer.bearer("ada"), "one")

    found = await missed(http, issuer.token("mallory"), ("tea", 0))

    assert found == {"rooms": [], "refused": ["tea"]}
