"""Load, decide, save: one function for each thing chat can be asked to do."""

from collections.abc import Sequence

from chat import domain
from chat.domain import MOST_COUNTED, Digest, Message
from chat.repository import MessageRepository
from chat.requests import Mark, Posting
from chat.writers import Writers
from common.admission import Access
from common.bus import Bus

NEWEST = 50
"""How much somebody who comes to a room is shown."""
MISSED = 200
"""How much somebody who comes back is shown at once."""


async def post(
    messages: MessageRepository, writers: Writers, place: Access, wanted: Posting
) -> Message:
    """Raises what `domain.draft`, `domain.said_before` and `Writers.post` raise."""
    draft = domain.draft(
        place,
        wanted.message,
        wanted.message_type,
        client_id=wanted.client_id,
        reply_to=wanted.reply_to,
    )
    if not place.is_open:
        return domain.said_before(draft, await messages.stored(draft.room_id, [draft]))
    return await writers.post(draft)


async def history(
    messages: MessageRepository,
    place: Access,
    *,
    after: int | None,
    before: int | None,
    limit: int,
) -> tuple[Sequence[Message], int]:
    """A page of the room's log, and the newest number there is."""
    page = await messages.page(place.room_id, after=after, before=before, limit=limit)
    # Read second, so that it is never older than the page.
    return page, await messages.last(place.room_id)


async def catch_up(
    messages: MessageRepository, place: Access, *, after: int | None
) -> tuple[Sequence[Message], int]:
    """What was said after a number, or last; and the newest number there is."""
    limit = NEWEST if after is None else MISSED
    return await history(messages, place, after=after, before=None, limit=limit)


async def digest(messages: MessageRepository, place: Access, mark: Mark) -> Digest:
    """What others wrote since a number or a moment, in numbers."""
    missed = await messages.written_since(
        place.room_id, after=mark.after or 0, since=mark.since, limit=MOST_COUNTED + 1
    )
    newest = missed[-1].seq if missed else await messages.last(place.room_id)
    counted = missed[-MOST_COUNTED:]
    return domain.digest(counted, place, newest=newest, is_more=len(missed) > MOST_COUNTED)


async def show_typing(bus: Bus, place: Access) -> None:
    """Raises `RoomEnded`, or `BusAway`: nobody keeps this."""
    domain.still_open(place)
    seen = {"userId": place.user_id, "displayName": place.display_name}
    await bus.show([f"room.{place.room_id}"], "typing", place.room_id, seen)
