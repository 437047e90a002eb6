"""`python -m auth.rotate [--now]` lets a new key sign access tokens."""

import argparse
import asyncio
import sys

from auth import domain
from auth.domain import Keyring
from auth.repository import KeyRepository
from auth.sealing import Sealer
from auth.settings import Settings
from auth.tokens import Tokens, new_key
from common import mongo
from common.clock import utc_now
from common.mongo import Database
from common.problems import Problem


async def rotate(db: Database, sealer: Sealer, *, now: bool) -> Keyring:
    """Raises `RotationPending`, or `ChangedMeanwhile` if somebody else did the same."""
    keys = KeyRepository(db)
    await Tokens(keys, sealer).prepare()
    ring = await keys.load()
    assert ring is not None
    at = utc_now()
    rotated = domain.rotate(ring, new_key(sealer, signs_at=at), at=at, now=now)
    await keys.save(rotated)
    return rotated


async def main(settings: Settings, *, now: bool) -> int:
    client = mongo.connect(settings.mongo_url.get_secret_value())
    sealer = Sealer(settings.key_secret.get_secret_value(), "signing keys")
    try:
        ring = await rotate(client[settings.database], sealer, now=now)
    except Problem as refused:
        sys.stderr.write(f"{refused.message}\n")
        return 1
    finally:
        client.close()
    newest = ring.keys[-1]
    sys.stdout.write(f"Key {newest.id} signs from {newest.signs_at.isoformat()}.\n")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser("python -m auth.rotate", description=__doc__)
    parser.add_argument("--now", action="store_true", help="let it sign at once")
    given = parser.parse_args()
    sys.exit(asyncio.run(main(Settings.read(), now=given.now)))
