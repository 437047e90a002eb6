import httpx

from common.testing import Issuer


async def test_turn_credentials_are_given_to_whoever_is_signed_in(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    answer = await http.get("/signaling/ice-servers", headers=issuer.bearer("ada"))

    assert answer.status_code == 200
    stun, turn = answer.json()["iceServers"]
    assert stun == {"urls": ["stun:turn.example:3478"]}
    assert turn["urls"] == ["turn:turn.example:3478?transport=udp"]
    assert set(turn) == {"urls", "username", "credential"}
    assert answer.json()["expiresAt"].endswith("Z")


STRANGERS = [
    {},
    {"Authorization": "Bearer nonsense"},
    {"Authorization": f"Bearer {Issuer().token('ada')}"},
    {"X-User-Id": "ada"},
]


async def test_without_a_good_token_nothing_is_told(http: httpx.AsyncClient) -> None:
    frame = {
        "connectionId": "c", "gatewayId": "g", "type": "raiseHand", "data": {"roomId": "r1"},
    }  # fmt: skip

    for headers in STRANGERS:
        assert (await http.get("/signaling/ice-servers", headers=headers)).status_code == 401
        assert (await http.post("/commands", json=frame, headers=headers)).status_code == 401


async def test_an_expired_token_is_refused(http: httpx.AsyncClient, issuer: Issuer) -> None:
    headers = {"Authorization": f"Bearer {issuer.token('ada', exp=1)}"}

    assert (await http.get("/signaling/ice-servers", headers=headers)).status_code == 401


IN_R1 = '{"connectionId":"c","gatewayId":"g","type":"%s","data":{"roomId":"r1",%s}}'
IN_ROOM = '{"connectionId":"c","gatewayId":"g","type":"joinRoom","data":{"roomId":%s}}'
GARBAGE = [
    ("{", 400),
    ("[" * 100_000, 400),
    ("null", 422),
    ("[]", 422),
    ('"joinRoom"', 422),
    ("{}", 422),
    (IN_R1 % ("noSuchFrame", '"x":1'), 422),
    ('{"connectionId":"c","gatewayId":"g","type":"raiseHand","data":{}}', 422),
    ('{"connectionId":"c","gatewayId":"g","type":"raiseHand","data":null}', 422),
    ('{"connectionId":{"$ne":1},"gatewayId":"g","type":"joinRoom","data":{"roomId":"r1"}}', 422),
    (IN_ROOM % '{"$gt":""}', 422),
    (IN_ROOM % '"../../admin"', 422),
    (IN_ROOM % '"r1?x=y"', 422),
    (IN_ROOM % '"r1\\ud800"', 422),
    (IN_ROOM % '"r1\\n"', 422),
    (IN_ROOM % "1", 422),
    (IN_R1 % ("joinRoom", '"audio":"yes"'), 422),
    (IN_R1 % ("joinRoom", '"peerId":["x"]'), 422),
    (IN_R1 % ("mediaState", '"screen":1'), 422),
    (IN_R1 % ("signal", '"to":"p"'), 422),
    (IN_R1 % ("signal", '"to":{"$ne":""},"candidate":null'), 422),
    (" " * 10_000_000, 413),
]


async def test_garbage_is_refused_and_harms_nobody(http: httpx.AsyncClient, issuer: Issuer) -> None:
    headers = {**issuer.bearer("ada"), "Content-Type": "application/json"}

    for body, status in GARBAGE:
        refused = await http.post("/commands", content=body.encode(), headers=headers)

        assert refused.status_code == status, (body[:200], refused.text)
        assert refused.headers["content-type"] == "application/problem+json"
