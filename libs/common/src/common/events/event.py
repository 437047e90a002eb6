"""What every fact has in common, and the envelope it travels in."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any, ClassVar, Self, get_args
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, Field

from common.clock import Timestamp, rfc3339
from common.wire import Wire


class Personal:
    """Marks a field that tells something about a person: `Annotated[str, Personal]`.

    Readers that keep facts for statistics drop these fields (`Event.impersonal`).
    """


class Event(Wire):
    """A fact that has happened, as it travels on the bus.

    `type` is also the routing key: `<service>.<fact>.v<n>`. An event may gain
    optional fields; a field that changes meaning, unit or type needs a new class
    carrying the next version. Delivery is at least once and not ordered across
    retries.

    A fact with an `audience` is shown to those clients exactly as it is: its body is
    the `data` of a frame named `frame`. It holds nothing they may not see.
    """

    # The writer is strict so that a typo fails here; the reader, `parse`, is
    # tolerant so that publishers can be deployed before their consumers.
    model_config = ConfigDict(frozen=True, extra="forbid")

    type: ClassVar[str]
    frame: ClassVar[str | None] = None
    """What clients call this fact, when they see it."""

    event_id: UUID = Field(default_factory=uuid4)
    """Unique per event; a consumer uses it to recognise a redelivery."""

    occurred_at: Timestamp
    """When the fact became true, in UTC."""

    @classmethod
    def parse(cls, body: bytes | str) -> Self:
        """Read an event, ignoring fields newer than this reader.

        Raises:
            ValidationError: `body` is not an event of this type.
        """
        return cls.model_validate_json(body, extra="ignore")

    def subject(self) -> str | None:
        """The id of what the fact is about (CloudEvents `subject`)."""
        return None

    def audience(self) -> tuple[str, ...]:
        """The keys under which clients hear of it, for example `room.<id>`."""
        return ()

    def impersonal(self) -> dict[str, Any]:
        """The body without what is marked `Personal`, however deep it lies."""
        return self.model_dump(mode="json", exclude=_personal_fields(type(self)))


@cache
def _personal_fields(model: type[BaseModel]) -> dict[str, Any]:
    """What pydantic's `exclude` is told to leave out."""
    found: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        kind = field.annotation
        if Personal in field.metadata or _is_personal(kind):
            found[name] = True
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            found[name] = _personal_fields(kind) or False  # False: nothing to leave out
    return found


def _is_personal(annotation: Any) -> bool:
    """Whether something inside, for example one member of a union, is marked."""
    return any(
        part is Personal
        or _is_personal(part)
        or (isinstance(part, type) and issubclass(part, BaseModel) and _personal_fields(part))
        for part in get_args(annotation)
    )


class RoomEvent(Event):
    """A fact in the gap-free stream that its publisher keeps for one room."""

    room_id: str

    seq: int = Field(ge=1)
    """Position in the publisher's stream of this room: 1, 2, 3 and so on."""

    def subject(self) -> str | None:
        return self.room_id

    def audience(self) -> tuple[str, ...]:
        return (f"room.{self.room_id}",)


PersonalText = Annotated[str, Personal]


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event ready to travel (CloudEvents 1.0, binary mode: attributes and a body)."""

    id: str
    type: str
    time: datetime
    subject: str | None
    audience: tuple[str, ...]
    frame: str | None
    room_id: str | None
    seq: int | None
    body: str
    trace: dict[str, str]
    """W3C trace context of what caused the fact."""

    @property
    def source(self) -> str:
        """Which service says so."""
        return f"/convo/{self.type.partition('.')[0]}"

    @classmethod
    def of(cls, event: Event, trace: dict[str, str]) -> Self:
        return cls(
            id=str(event.event_id),
            type=event.type,
            time=event.occurred_at,
            subject=event.subject(),
            audience=event.audience(),
            frame=event.frame,
            room_id=getattr(event, "room_id", None),
            seq=getattr(event, "seq", None),
            body=event.model_dump_json(),
            trace=trace,
        )

    def headers(self) -> dict[str, Any]:
        """The attributes as AMQP headers; gateways read `CC`, `x-frame`, `x-room` and `x-seq`."""
        headers: dict[str, Any] = {
            "cloudEvents:specversion": "1.0",
            "cloudEvents:id": self.id,
            "cloudEvents:type": self.type,
            "cloudEvents:source": self.source,
            "cloudEvents:time": rfc3339(self.time),
            **self.trace,
        }
        if self.subject is not None:
            headers["cloudEvents:subject"] = self.subject
        if self.audience and self.frame is not None:
            headers |= {"CC": list(self.audience), "x-frame": self.frame}
            if self.room_id is not None:
                headers["x-room"] = self.room_id
            if self.seq is not None:
                headers["x-seq"] = self.seq
        return headers
