import pytest
from pydantic import ValidationError

from common.events import (
    Envelope,
    MessagePosted,
    NotificationCreated,
    PeerJoined,
    PeerState,
    PersonalText,
    UserUpdated,
)
from common.events.event import Event
from common.testing import NOON


def message(**changes):
    fields = {
        "occurred_at": NOON,
        "room_id": "r1",
        "seq": 3,
        "id": "m3",
        "sender": "ada",
        "sender_name": "Ada",
        "message": "hello",
        "message_type": "text",
        "timestamp": NOON,
        "client_id": None,
        "reply_to": None,
    }
    return MessagePosted(**{**fields, **changes})


def test_an_event_is_read_back_as_it_was_written() -> None:
    event = message()

    assert MessagePosted.parse(event.model_dump_json()) == event


def test_times_travel_in_utc_with_milliseconds() -> None:
    assert '"occurredAt":"2026-01-02T12:00:00.000Z"' in message().model_dump_json()


def test_a_reader_ignores_fields_of_a_newer_writer() -> None:
    newer = message().model_dump_json()[:-1] + ',"mood":"good"}'

    assert MessagePosted.parse(newer) == message(event_id=MessagePosted.parse(newer).event_id)


def test_a_writer_may_not_invent_fields() -> None:
    with pytest.raises(ValidationError):
        message(mood="good")


def test_what_is_personal_is_left_out_for_statistics() -> None:
    assert "hello" not in str(message().impersonal())
    assert message().impersonal()["sender"] == "ada"
    updated = UserUpdated(occurred_at=NOON, user_id="ada", full_name="Ada L", profile_picture=None)
    assert "Ada L" not in str(updated.impersonal())


def test_what_is_personal_is_left_out_however_deep_it_lies() -> None:
    peer = PeerState(
        peer_id="p1",
        user_id="ada",
        display_name="Ada L",
        role="host",
        state="connected",
        audio=True,
        video=False,
        screen=False,
        hand_raised_at=None,
        joined_at=NOON,
    )
    joined = PeerJoined(occurred_at=NOON, room_id="r1", seq=1, meeting_id="m1", peer=peer)

    class Seen(Event):
        type = "test.seen.v1"
        name: PersonalText | None
        peers: list[PeerState]

    seen = Seen(occurred_at=NOON, name="Ada L", peers=[peer])

    assert "Ada L" not in str(joined.impersonal())
    assert joined.impersonal()["peer"]["userId"] == "ada"
    assert seen.impersonal().keys() == {"eventId", "occurredAt"}


def test_an_envelope_says_who_sees_the_fact() -> None:
    envelope = Envelope.of(message(), {})

    assert envelope.audience == ("room.r1",)
    assert (envelope.frame, envelope.room_id, envelope.seq) == ("chatMessage", "r1", 3)
    assert envelope.source == "/convo/chat"


def test_a_notification_has_its_type_under_that_name_outside() -> None:
    event = NotificationCreated(
        occurred_at=NOON,
        id="n1",
        user_id="ada",
        kind="invitation",
        message="Come",
        related_room_id=None,
        status="unread",
        created_at=NOON,
    )

    assert '"type":"invitation"' in event.model_dump_json()
    assert event.audience() == ("user.ada",)
