from datetime import UTC, datetime, timedelta

import pytest

from analytics.repository import QUALITY_LASTS
from common.clock import utc_now

SAMPLE = {
    "leg": "sub",
    "peerId": "p-bob",
    "kind": "camera",
    "direction": "in",
    "at": "2026-01-02T12:00:00.000Z",
    "bitrate": 812_345,
    "loss": 0.012,
    "jitter": 0.004,
    "rtt": 0.05,
    "fps": 24,
    "height": 360,
    "freezes": 0,
    "concealed": 0,
}


def batch(samples=1, *, batch_id="b1", **more):
    return {
        "batchId": batch_id,
        "roomId": "r1",
        "meetingId": "m1",
        "samples": [{**SAMPLE, **more}] * samples,
    }


@pytest.fixture
def report(http, issuer):
    async def send(body, *, by="ada"):
        return await http.post("/analytics/call-quality", json=body, headers=issuer.bearer(by))

    return send


async def test_a_report_is_kept_under_who_sent_it(report, db):
    before = utc_now()

    answer = await report(batch(2))

    assert (answer.status_code, answer.content) == (204, b"")
    [kept] = await db["call_quality"].find().to_list(2)
    assert (kept["user_id"], kept["room_id"], kept["meeting_id"]) == ("ada", "r1", "m1")
    assert before <= kept["received_at"] <= utc_now()
    assert kept["session_id"]
    assert len(kept["samples"]) == 2
    assert kept["samples"][0]["peer_id"] == "p-bob"
    assert kept["samples"][0]["at"] == datetime(2026, 1, 2, 12, tzinfo=UTC)


async def test_a_batch_that_comes_again_is_kept_once_and_as_it_was(report, db):
    await report(batch())
    again = await report(batch(bitrate=1))

    assert again.status_code == 204
    [kept] = await db["call_quality"].find().to_list(2)
    assert kept["samples"][0]["bitrate"] == SAMPLE["bitrate"]


async def test_nobody_replaces_the_batch_of_another(report, db):
    await report(batch())
    await report(batch(), by="bob")

    assert {each["user_id"] async for each in db["call_quality"].find()} == {"ada", "bob"}


async def test_only_somebody_signed_in_may_report(http, issuer, db):
    nobody = await http.post("/analytics/call-quality", json=batch())
    forged = issuer.token("ada", iss="elsewhere")
    stranger = await http.post(
        "/analytics/call-quality", json=batch(), headers={"Authorization": f"Bearer {forged}"}
    )

    assert (nobody.status_code, stranger.status_code) == (401, 401)
    assert await db["call_quality"].count_documents({}) == 0


async def test_as_many_samples_as_a_batch_may_have_fit_into_it(report):
    largest = await report(batch(300, peerId=None))
    one_more = await report(batch(301, peerId=None, batch_id="b2"))
    none = await report(batch(0))

    assert (largest.status_code, one_more.status_code, none.status_code) == (204, 422, 422)
    assert one_more.json()["errors"][0]["path"] == "samples"


async def test_a_report_that_is_too_large_is_not_read(report, db):
    refused = await report({**batch(), "padding": "x" * 65_536})

    assert (refused.status_code, refused.json()["code"]) == (413, "body-too-large")
    assert await db["call_quality"].count_documents({}) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"loss": 1.5},
        {"loss": -0.1},
        {"jitter": 1e9},
        {"bitrate": -1},
        {"kind": "smell"},
        {"leg": "left"},
        {"direction": "up"},
        {"peerId": "../x"},
        {"height": 1_000_000},
        {"at": "yesterday"},
        {"said": "in confidence"},
    ],
    ids=str,
)
async def test_what_no_client_measures_is_refused(report, wrong):
    refused = await report(batch(**wrong))

    assert (refused.status_code, refused.json()["code"]) == (422, "validation-failed")


async def test_a_number_that_is_none_is_refused(http, issuer):
    text = '{"batchId":"b","roomId":"r","meetingId":"m","samples":[{"loss":NaN}]}'

    refused = await http.post(
        "/analytics/call-quality",
        content=text,
        headers={**issuer.bearer("ada"), "Content-Type": "application/json"},
    )

    assert refused.status_code in {400, 422}


async def test_reports_go_after_a_month(http, db):
    indexes = await db["call_quality"].index_information()

    lasts = [
        each["expireAfterSeconds"] for each in indexes.values() if "expireAfterSeconds" in each
    ]
    assert lasts == [QUALITY_LASTS.total_seconds()]
    assert timedelta(days=30) == QUALITY_LASTS
