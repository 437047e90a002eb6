"""Fills a broker that lost its data: `python -m common.replay --all`.

Facts that services have published are published again, in the order of their time, from
what each service keeps for `outbox.KEPT`: the archive in its database, or what the package
of the service offers as entry point of the group `convo.archives` (chat does: its messages
are its archive). `--all` reaches every service that reads them, `--consumer notify` only the
queue of that one. Clients are shown nothing again: gateways find by number what is missing.

Reactions are idempotent and every fact keeps its id, so this may run beside the services,
be interrupted, and be repeated. After `--all` without `--since` the topology no longer says
that the broker was empty. It ends with 1 when the broker or MongoDB is away.

`CONVO_MONGO_URL` has to open the databases of the publishers (`CONVO_ROOMS_DATABASE` and so
on); where each service has a password of its own, run it for each with `--publisher`.
"""

import argparse
import asyncio
import heapq
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import entry_points

import aio_pika
from aio_pika.abc import AbstractChannel
from pydantic import SecretStr, ValidationError

from common import messages, mongo, outbox, topology
from common.clock import rfc3339, utc_now
from common.connection import AWAY
from common.events import FACTS, Envelope
from common.mongo import ASCENDING, Database
from common.settings import Settings

GROUP = "convo.archives"
BATCH = 256
"""Facts that are on their way to the broker, and in memory, at a time."""
CONFIRMED_WITHIN = 60.0
"""Seconds for one batch; a broker short of memory or disk holds publishers back."""
QUERY_TAKES = timedelta(minutes=30)
"""At most: where no index has the order of time, MongoDB sorts first."""

PUBLISHERS = tuple(
    dict.fromkeys(
        fact.type.partition(".")[0] for fact in FACTS if not fact.type.startswith("gateway.")
    )
)
"""Services that keep what they publish; gateways keep nothing."""

Facts = AsyncIterator[Envelope]
Archive = Callable[[Database, datetime], Facts]
"""What a service has published since a moment, in the order of time."""

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class _Settings(Settings):
    jwks_url: str = ""
    mongo_url: SecretStr
    auth_database: str = "auth"
    rooms_database: str = "rooms"
    chat_database: str = "chat"
    signaling_database: str = "signaling"
    media_database: str = "media"
    notify_database: str = "notify"


async def archived(db: Database, since: datetime) -> Facts:
    """What the relay of a service has published, from its archive."""
    found = db[outbox.ARCHIVE].find({"time": {"$gte": since}})
    ordered = found.sort([("time", ASCENDING), ("seq", ASCENDING)]).allow_disk_use(True)
    async for entry in ordered.batch_size(BATCH):  # MongoDB sends up to 16 MB otherwise
        try:
            yield outbox.read({**entry, "id": entry["_id"]})
        except ValidationError as unreadable:
            sys.stderr.write(f"left out {entry['_id']}: {unreadable.errors()[0]['msg']}\n")


def archives(publishers: Sequence[str]) -> Mapping[str, Archive]:
    """Where the facts of each publisher are."""
    own: dict[str, Archive] = {each.name: each.load() for each in entry_points(group=GROUP)}
    return {publisher: own.get(publisher, archived) for publisher in publishers}


async def in_order(sources: Sequence[Facts]) -> Facts:
    """The facts of all sources by their time; one of each is held."""
    heads: list[tuple[datetime, int, Envelope]] = []

    async def pull(number: int) -> None:
        following = await anext(sources[number], None)
        if following is not None:
            heapq.heappush(heads, (following.time, number, following))

    for number in range(len(sources)):
        await pull(number)
    while heads:
        _, number, fact = heapq.heappop(heads)
        yield fact
        await pull(number)


@dataclass(frozen=True, slots=True)
class Target:
    """Where facts go: to whoever reads them, or to the queue of one service."""

    channel: AbstractChannel
    consumer: str | None = None

    def wants(self, fact: Envelope) -> bool:
        readers = topology.READERS
        return self.consumer is None or fact.type in {e.type for e in readers[self.consumer]}

    async def take(self, facts: Sequence[Envelope]) -> None:
        """Hand over a batch; returns when the broker has all of it safely."""
        exchange = (
            self.channel.default_exchange
            if self.consumer is not None
            else await self.channel.get_exchange(topology.EVENTS, ensure=False)
        )
        async with asyncio.timeout(CONFIRMED_WITHIN):
            await asyncio.gather(
                *(
                    exchange.publish(
                        messages.of(fact, shown=False), self.consumer or fact.type, mandatory=True
                    )
                    for fact in facts
                )
            )


async def replay(facts: Facts, target: Target) -> Counter[str]:
    """How many facts of each type were published again."""
    count: Counter[str] = Counter()
    batch: list[Envelope] = []

    async def hand_over() -> None:
        await target.take(batch)
        count.update(fact.type for fact in batch)
        batch.clear()

    async for fact in facts:
        if target.wants(fact):
            batch.append(fact)
        if len(batch) == BATCH:
            await hand_over()
    await hand_over()
    return count


def moment(text: str, *, now: datetime) -> datetime:
    """`2h` ago, `7d` ago, or a moment in RFC 3339.

    Raises:
        ValueError: It is none of them.
    """
    ago = re.fullmatch(r"(\d+)([mhd])", text)
    if ago is not None:
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    at = datetime.fromisoformat(text)
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m common.replay",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    to = parser.add_mutually_exclusive_group(required=True)
    to.add_argument("--all", action="store_true", help="to every service that reads them")
    to.add_argument("--consumer", choices=sorted(topology.READERS), help="to this service only")
    parser.add_argument("--publisher", choices=PUBLISHERS, action="append", help="only its facts")
    parser.add_argument(
        "--since",
        type=lambda text: moment(text, now=utc_now()),
        help="30m, 2h, 7d or a moment in RFC 3339; all that is kept when not given",
    )
    return parser.parse_args(arguments)


async def main(arguments: Sequence[str]) -> int:
    asked = _asked(arguments)
    settings = _Settings.read()
    since = asked.since or utc_now() - outbox.KEPT
    client = mongo.connect(settings.mongo_url.get_secret_value(), patience=QUERY_TAKES)
    found = archives(asked.publisher or PUBLISHERS)
    sources = [
        archive(client[getattr(settings, f"{publisher}_database")], since)
        for publisher, archive in found.items()
    ]
    try:
        async with await aio_pika.connect(settings.amqp_url.get_secret_value()) as connection:
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            count = await replay(in_order(sources), Target(channel, asked.consumer))
            if asked.all and asked.since is None:
                await topology.note_filled(channel)
    except (*AWAY, *mongo.AWAY) as away:
        sys.stderr.write(f"stopped, run it again: {away or type(away).__name__}\n")
        return 1
    finally:
        client.close()
    for kind, number in sorted(count.items()):
        sys.stdout.write(f"{number:>9}  {kind}\n")
    sys.stdout.write(
        f"replayed {count.total()} facts of {', '.join(found)} since {rfc3339(since)}"
        f" to {asked.consumer or 'all'}\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main(sys.argv[1:])))
