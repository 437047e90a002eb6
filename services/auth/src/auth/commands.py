"""auth over the socket: which frame does what, and what its sender hears from then on."""

from fastapi import APIRouter

from auth.protocol import Frame
from auth.state import Users
from common.frames import Reply
from common.identity import CurrentCaller

router = APIRouter(tags=["commands"])


@router.post("/commands")
async def command(frame: Frame, users: Users, _: CurrentCaller) -> Reply:
    """Answer one frame of a client."""
    people = await users.among(frame.data.user_ids)
    return Reply(
        data={"statuses": {each.id: each.status for each in people}},
        subscribe=[f"presence.{each.id}" for each in people],
    )
