"""What auth tells and hears over a real broker."""

import aio_pika
import pytest

from common.clock import utc_now
from common.events import (
    Envelope,
    FileStored,
    GatewayAlive,
    PresenceChanged,
    SessionRevoked,
    SessionStarted,
    UserConnected,
    UserDisconnected,
    UserRegistered,
    UserUpdated,
)
from common.testing import eventually
from common.topology import EVENTS

OURS = (UserRegistered, UserUpdated, SessionStarted, SessionRevoked, PresenceChanged)


@pytest.fixture
def bus_url(amqp_url):
    return amqp_url


@pytest.fixture
async def channel(amqp_url):
    async with await aio_pika.connect(amqp_url) as connection:
        yield await connection.channel()


@pytest.fixture
async def facts(channel):
    """Takes every fact that auth tells, in order."""
    queue = await channel.declare_queue(exclusive=True)
    for kind in OURS:
        await queue.bind(EVENTS, kind.type)

    async def following():
        message = await eventually(lambda: queue.get(fail=False))
        await message.ack()
        [kind] = [kind for kind in OURS if kind.type == message.type]
        return kind.parse(message.body), message

    return following


@pytest.fixture
async def tell(channel):
    exchange = await channel.get_exchange(EVENTS)

    async def publish(event):
        envelope = Envelope.of(event, {})
        message = aio_pika.Message(envelope.body.encode(), type=envelope.type)
        await exchange.publish(message, envelope.type)

    return publish


async def test_the_life_of_an_account_is_told(facts, browser):
    user_id = (await browser.signs_up("ada@example.org", username="ada")).json()["userId"]
    event, message = await facts()
    assert isinstance(event, UserRegistered)
    assert event.user_id == user_id
    assert b"example" not in message.body

    await browser.logs_in("ada")
    started, _ = await facts()
    assert isinstance(started, SessionStarted)
    assert browser.cookie.startswith(f"{started.session_id}.")

    await browser.http.patch("/user/profile", json={"fullName": "Ada King"}, headers=browser.bearer)
    event, message = await facts()
    assert isinstance(event, UserUpdated)
    assert event.full_name == "Ada King"
    assert message.headers["CC"] == [f"user.{user_id}", f"presence.{user_id}"]

    await browser.logs_out(**browser.bearer)
    event, _ = await facts()
    assert isinstance(event, SessionRevoked)
    assert (event.session_id, event.reason) == (started.session_id, "logout")


async def test_sockets_and_pictures_are_heard_of(facts, tell, ada):
    user_id = (await ada.http.get("/user/profile", headers=ada.bearer)).json()["userId"]
    assert isinstance((await facts())[0], UserRegistered)
    assert isinstance((await facts())[0], SessionStarted)
    socket = {
        "connection_id": "c1",
        "user_id": user_id,
        "session_id": "s",
        "gateway_id": "g",
        "occurred_at": utc_now(),
    }

    await tell(GatewayAlive(gateway_id="g", occurred_at=utc_now()))
    await tell(UserConnected(**socket))
    event, message = await facts()
    assert isinstance(event, PresenceChanged)
    assert event.status == "online"
    assert message.headers["CC"] == [f"presence.{user_id}"]

    await tell(UserDisconnected(**socket, code=1000))
    assert (await facts())[0].status == "offline"

    await tell(
        FileStored(
            file_id="f", owner_id=user_id, purpose="profile-picture", name="me.png",
            content_type="image/png", size=1, path="/api/media/pictures/f", occurred_at=utc_now(),
        )
    )  # fmt: skip
    event, _ = await facts()
    assert isinstance(event, UserUpdated)
    assert event.profile_picture == "/api/media/pictures/f"
    profile = await ada.http.get("/user/profile", headers=ada.bearer)
    assert profile.json()["profilePicture"] == "/api/media/pictures/f"


async def test_a_bus_that_is_used_is_ready(browser):
    async def ready():
        return (await browser.http.get("/readyz")).json()["status"] == "ready"

    assert await eventually(ready)
