"""Facts as AMQP messages."""

from collections.abc import Mapping
from typing import Any

import aio_pika
from aio_pika.abc import AbstractIncomingMessage, HeadersType

from common.events import Envelope

ATTEMPT = "x-attempt"
"""How often a service has tried and failed."""
ERROR = "x-error"
"""Why it failed the last time."""


def of(envelope: Envelope, *, shown: bool = True) -> aio_pika.Message:
    """The fact; without `shown` services hear it and clients do not."""
    headers = envelope.headers()
    if not shown:
        headers.pop("CC", None)
    return aio_pika.Message(
        envelope.body.encode(),
        content_type="application/json",
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=envelope.id,
        type=envelope.type,
        timestamp=envelope.time,
        headers=headers,
    )


def copy(message: AbstractIncomingMessage, headers: Mapping[str, Any]) -> aio_pika.Message:
    """The same message under other headers."""
    given: HeadersType = dict(headers)
    return aio_pika.Message(
        message.body,
        content_type=message.content_type,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=message.message_id,
        type=message.type,
        timestamp=message.timestamp,
        headers=given,
    )


def attempts(message: AbstractIncomingMessage) -> int:
    """How often the delivery was tried before."""
    tried = message.headers.get(ATTEMPT, 0)
    return tried if isinstance(tried, int) else 0
