"""Every frame auth understands."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from common.frames import Command
from common.wire import Wire

UserIds = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=64)]], Field(max_length=200)
]


class People(Wire):
    user_ids: UserIds


class WatchPresence(Command):
    """Tell who of these is online, now and from now on."""

    type: Literal["watchPresence"]
    data: People


Frame = WatchPresence
