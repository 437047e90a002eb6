"""`python -m auth.promote EMAIL` makes somebody an administrator."""

import argparse
import asyncio
import sys
from typing import get_args

from auth.domain import Role
from auth.handlers import accounts
from auth.repository import UserRepository
from auth.settings import Settings
from common import mongo
from common.clock import utc_now
from common.problems import Problem


async def main(settings: Settings, email: str, role: Role) -> int:
    """The role counts from the person's next access token on."""
    client = mongo.connect(settings.mongo_url.get_secret_value())
    users = UserRepository(client[settings.database])
    try:
        user = await accounts.promote(users, email, role, at=utc_now())
    except Problem as refused:
        sys.stderr.write(f"{refused.message}\n")
        return 1
    finally:
        client.close()
    sys.stdout.write(f"{user.username} is {', '.join(user.roles)}.\n")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser("python -m auth.promote", description=__doc__)
    parser.add_argument("email", help="email or username of the person")
    parser.add_argument("--role", choices=get_args(Role), default="admin")
    given = parser.parse_args()
    sys.exit(asyncio.run(main(Settings.read(), given.email, given.role)))
