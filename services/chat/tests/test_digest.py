"""What somebody who was not there is told in numbers."""

import httpx
import pytest

from chat.domain import MOST_COUNTED, Draft, append
from chat.repository import MessageRepository, as_document
from common.mongo import Database
from common.testing import NOON, Issuer

DIGEST = "/chat/digest/tea"


async def say(http: httpx.AsyncClient, issuer: Issuer, who: str, text: str) -> dict[str, str]:
    answer = await http.post(
        "/chat/message", json={"roomId": "tea", "message": text}, headers=issuer.bearer(who)
    )
    assert answer.status_code == 201
    return answer.json()


async def test_who_comes_back_is_told_what_came_after_their_last_message(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    for text in ("Good morning", "Ada?", "@ada!"):
        await say(http, issuer, "bob", text)
    await say(http, issuer, "ada", "Here I am")

    answer = await http.get(f"{DIGEST}?after=1", headers=issuer.bearer("ada"))

    assert answer.json() == {
        "messages": 2,
        "namingYou": 2,
        "first": 2,
        "firstNamingYou": 2,
        "newest": 4,
        "isMore": False,
    }


async def test_who_comes_late_is_told_what_came_since_a_moment(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    await say(http, issuer, "bob", "Before the call")
    at = (await say(http, issuer, "bob", "In the call"))["timestamp"]

    answer = await http.get(DIGEST, params={"since": at}, headers=issuer.bearer("ada"))
    later = await http.get(
        DIGEST, params={"since": "2999-01-01T00:00:00+01:00"}, headers=issuer.bearer("ada")
    )

    assert (answer.json()["messages"], answer.json()["first"]) == (1, 2)
    assert later.json()["messages"] == 0
    assert (later.json()["newest"], later.json()["firstNamingYou"]) == (2, None)


async def test_counting_ends_somewhere(
    http: httpx.AsyncClient, issuer: Issuer, db: Database
) -> None:
    drafts = [Draft("tea", "bob", "Bob", "Ada") for _ in range(MOST_COUNTED + 2)]
    batch = append(drafts, [], last=0, at=NOON)
    await MessageRepository(db).append([as_document(each) for each in batch.new.values()])

    told = (await http.get(f"{DIGEST}?after=0", headers=issuer.bearer("ada"))).json()
    less = (await http.get(f"{DIGEST}?after=2", headers=issuer.bearer("ada"))).json()

    assert (told["messages"], told["isMore"], told["first"]) == (MOST_COUNTED, True, 3)
    assert (less["messages"], less["isMore"]) == (MOST_COUNTED, False)


async def test_only_participants_are_told(http: httpx.AsyncClient, issuer: Issuer) -> None:
    answer = await http.get(f"{DIGEST}?after=0", headers=issuer.bearer("eve"))

    assert (answer.status_code, answer.json()["code"]) == (404, "room-not-found")
    assert (await http.get(f"{DIGEST}?after=0")).status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        "",
        "after=1&since=2026-01-05T10:00:00Z",
        "after=-1",
        "after=x",
        "after[$gt]=0",
        "since=yesterday",
        "since=1700000000",
        "since=2026-01-05",
        "since=2026-01-05T10:00:00",
        "after=1&limit=9",
    ],
)
async def test_a_mark_that_makes_no_sense_is_refused(
    http: httpx.AsyncClient, issuer: Issuer, query: str
) -> None:
    answer = await http.get(f"{DIGEST}?{query}", headers=issuer.bearer("ada"))

    assert (answer.status_code, answer.json()["code"]) == (422, "validation-failed"), answer.text
