"""Puts auth together. Read this first: it names every part and joins them."""

from collections.abc import AsyncIterator

import httpx
from fastapi import FastAPI

from auth import commands, routes
from auth.consumers import subscriptions
from auth.handlers.presence import Presence
from auth.handlers.sessions import SignIn
from auth.passwords import Passwords
from auth.repository import (
    ConnectionRepository,
    KeyRepository,
    SessionRepository,
    TryRepository,
    UserRepository,
)
from auth.sealing import Sealer
from auth.settings import Settings
from auth.state import State
from auth.tokens import OwnKeys, Tokens
from auth.upkeep import look_after
from common import background, mongo, service
from common.identity import Verifier
from common.outbox import Relay
from common.presence import Gateways


async def opened(its: service.Resources) -> AsyncIterator[State]:
    settings = its.settings
    assert isinstance(settings, Settings)
    secret = settings.key_secret.get_secret_value()
    people, ends = Relay(its.db["users"], its.bus), Relay(its.db["sessions"], its.bus)
    users = UserRepository(its.db, written=people.wake)
    sessions = SessionRepository(its.db, Sealer(secret, "refresh tokens"), written=ends.wake)
    connections, tries = ConnectionRepository(its.db), TryRepository(its.db)
    tokens = Tokens(KeyRepository(its.db), Sealer(secret, "signing keys"))
    for part in (people, ends, users, sessions, connections, tries, tokens):
        await mongo.until_reachable(part.prepare)

    presence = Presence(users, connections, Gateways(its.db))
    its.bus.subscribe("auth", subscriptions(presence))
    upkeep = look_after(presence, sessions, its.bus)
    async with (
        background.running(its.bus.run(), people.run(), ends.run(), tokens.run(), upkeep),
        httpx.AsyncClient(transport=OwnKeys(tokens)) as own_keys,
    ):
        common = its.state()
        common["verifier"] = Verifier("http://auth/.well-known/jwks.json", own_keys)
        sign_in = SignIn(users, sessions, _passwords(settings), tries, tokens)
        yield State(**common, users=users, sign_in=sign_in, settings=settings)


def _passwords(its: Settings) -> Passwords:
    return Passwords(memory_kib=its.argon2_memory_kib, time_cost=its.argon2_time_cost)


def create_app(settings: Settings) -> FastAPI:
    return service.create("auth", settings, opened, routes.router, commands.router)
