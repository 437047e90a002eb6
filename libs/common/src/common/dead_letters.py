"""What no retry could help: `python -m common.dead_letters show|replay|drop SERVICE`.

`show` lists the deliveries and leaves them; `replay` hands them to the service again,
after what made them fail was mended; `drop` throws them away. Reactions are idempotent,
so a replay that is interrupted may simply be repeated.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Sequence

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from common import messages
from common.settings import Settings
from common.topology import READERS, dead_queue


class _Settings(Settings):
    jwks_url: str = ""


async def show(channel: AbstractChannel, service: str, most: int) -> list[str]:
    """One line for each of the oldest deliveries, which stay where they are.

    When, type, event id, attempts, trace context and the last error.
    """
    lines = []
    held = [message async for message in _oldest(channel, service, most)]
    for message in held:
        when = message.timestamp.isoformat(timespec="seconds") if message.timestamp else "-"
        trace = str(message.headers.get("traceparent", "-"))
        why = str(message.headers.get(messages.ERROR, "-"))
        what = f"{message.type or '-'}  {message.message_id or '-'}"
        lines.append(f"{when}  {what}  {messages.attempts(message)}  {trace}  {why}")
    await _put_back(held)
    return lines


async def replay(channel: AbstractChannel, service: str, most: int) -> int:
    """Hand deliveries to the service's own queue again, as if they came for the first time.

    Each fact once: what fails again while this works is left where it was set aside.
    """
    replayed: set[str | None] = set()
    again = []
    async for message in _oldest(channel, service, most):
        if message.message_id in replayed:  # it failed again at once, or is here twice
            again.append(message)
            continue
        tried = {messages.ATTEMPT, messages.ERROR}
        headers = {k: v for k, v in message.headers.items() if k not in tried}
        copy = messages.copy(message, headers)
        await channel.default_exchange.publish(copy, service, mandatory=True)
        await message.ack()  # only now: the service's queue has it safely
        replayed.add(message.message_id)
    await _put_back(again)
    return len(replayed)


async def drop(channel: AbstractChannel, service: str, most: int) -> int:
    """Throw deliveries away."""
    count = 0
    async for message in _oldest(channel, service, most):
        await message.ack()
        count += 1
    return count


async def _put_back(held: Sequence[AbstractIncomingMessage]) -> None:
    for message in reversed(held):  # the last one first, or their order would turn
        await message.reject(requeue=True)


async def _oldest(
    channel: AbstractChannel, service: str, most: int
) -> AsyncIterator[AbstractIncomingMessage]:
    queue = await channel.get_queue(dead_queue(service))
    for _ in range(most):
        message = await queue.get(fail=False)
        if message is None:
            return
        yield message


async def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser("python -m common.dead_letters", description=__doc__)
    parser.add_argument("act", choices=["show", "replay", "drop"])
    parser.add_argument("service", choices=sorted(READERS))
    parser.add_argument("--most", type=int, default=1000, help="how many at most, oldest first")
    asked = parser.parse_args(arguments)
    url = _Settings.read().amqp_url.get_secret_value()
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        if asked.act == "show":
            lines = await show(channel, asked.service, asked.most)
            sys.stdout.writelines(f"{line}\n" for line in lines or ["nothing"])
        else:
            act = replay if asked.act == "replay" else drop
            sys.stdout.write(f"{await act(channel, asked.service, asked.most)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main(sys.argv[1:])))
