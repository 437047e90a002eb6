import pytest


async def send(person, data, **more):
    body = {"connectionId": "c", "gatewayId": "g", "type": "watchPresence", "data": data, **more}
    return await person.http.post("/commands", json=body, headers=person.bearer)


async def test_a_person_watches_others_come_and_go(ada, bob, db):
    rows = {row["username"]: row["_id"] async for row in db["users"].find()}
    await db["users"].update_one({"_id": rows["bob"]}, {"$set": {"status": "online"}})

    answer = await send(ada, {"userIds": [rows["ada"], rows["bob"], "nobody"]})

    assert answer.status_code == 200
    assert answer.json()["data"] == {"statuses": {rows["ada"]: "offline", rows["bob"]: "online"}}
    assert answer.json()["subscribe"] == [f"presence.{rows['ada']}", f"presence.{rows['bob']}"]
    assert answer.json()["unsubscribe"] == []


@pytest.mark.parametrize(
    "data", [{}, {"userIds": "ada"}, {"userIds": [{"$ne": 1}]}, {"userIds": ["u"] * 201}, None, []]
)
async def test_what_is_no_list_of_people_is_refused(ada, data):
    assert (await send(ada, data)).status_code == 422


async def test_a_frame_of_another_service_is_refused(ada):
    assert (await send(ada, {"userIds": []}, type="joinRoom")).status_code == 422


async def test_a_frame_needs_a_token(ada):
    ada.token = "x"

    assert (await send(ada, {"userIds": []})).status_code == 401
