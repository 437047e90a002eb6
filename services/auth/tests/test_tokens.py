import base64
import hashlib
import hmac
import json
from datetime import timedelta

import httpx
import jwt
import pytest

from auth import domain, rotate
from auth.app import create_app
from auth.domain import RotationPending
from auth.domain.keyring import NOTICE
from auth.repository import KeyRepository, UserRepository
from auth.sealing import Sealer, WrongSecretError
from auth.tokens import OwnKeys, Tokens, new_key
from common import background
from common.clock import utc_now
from common.identity import InvalidToken, Verifier
from common.mongo import AWAY
from common.problems import ChangedMeanwhile
from common.testing import NOON, eventually, serving

SECRET = "a secret of tests, long enough to be taken"
SEALER = Sealer(SECRET, "signing keys")


@pytest.fixture
async def keys(db):
    """The keys auth signs with, after it has started."""
    keys = KeyRepository(db)
    await Tokens(keys, SEALER).prepare()
    return keys


@pytest.fixture
def verifier(ada):
    """What every other service has, asking this auth for its keys."""
    return Verifier("http://service.test/.well-known/jwks.json", ada.http)


@pytest.fixture
async def current(ada, keys):
    key = (await keys.load()).keys[0]
    return key, SEALER.unseal(key.sealed, place=key.id)


async def test_a_token_tells_who_is_calling(ada, verifier):
    user = (await ada.http.get("/user/profile", headers=ada.bearer)).json()

    caller = await verifier.verify(ada.token)

    assert caller.user_id == user["userId"]
    assert caller.session_id == ada.cookie.split(".")[0]
    assert caller.name == "Ada Lovelace"
    assert caller.roles == {"user"}
    claims = jwt.decode(ada.token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 15 * 60
    assert claims["jti"]
    assert claims["iss"] == claims["aud"] == "convo"
    assert jwt.get_unverified_header(ada.token)["typ"] == "at+jwt"


async def test_who_has_no_full_name_is_called_by_username(bob):
    verifier = Verifier("http://service.test/.well-known/jwks.json", bob.http)

    assert (await verifier.verify(bob.token)).name == "bob"


def b64(content):
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def spoilt(private, key, token, **changes):
    """The token with other claims, signed by auth's own key."""
    claims = {**jwt.decode(token, options={"verify_signature": False}), **changes.get("claims", {})}
    headers = {"kid": key.id, "typ": "at+jwt", **changes.get("headers", {})}
    return jwt.encode(claims, private, "EdDSA", headers=headers)


async def test_the_same_key_signs_good_tokens(ada, verifier, current):
    key, private = current

    assert await verifier.verify(spoilt(private, key, ada.token))


@pytest.mark.parametrize(
    "changes",
    [
        {"headers": {"kid": "another"}},
        {"headers": {"typ": "JWT"}},
        {"headers": {"typ": None}},
        {"headers": {"typ": "refresh+jwt"}},
        {"headers": {"crit": ["exp"]}},
        {"claims": {"iss": "evil"}},
        {"claims": {"aud": "other"}},
        {"claims": {"exp": 1}},
        {"claims": {"iat": 99999999999}},
        {"claims": {"sub": None}},
    ],
)
async def test_a_spoilt_token_is_refused(ada, verifier, current, changes):
    key, private = current

    with pytest.raises(InvalidToken):
        await verifier.verify(spoilt(private, key, ada.token, **changes))


async def test_a_token_without_a_signature_is_refused(ada, verifier):
    _, claims, _ = ada.token.split(".")
    header = jwt.get_unverified_header(ada.token)

    for alg in ("none", "None", "EdDSA"):
        with pytest.raises(InvalidToken):
            await verifier.verify(f"{b64({**header, 'alg': alg})}.{claims}.")


async def test_the_public_key_is_no_shared_secret(ada, verifier, current):
    key, _ = current
    _, claims, _ = ada.token.split(".")
    header = b64({"alg": "HS256", "typ": "at+jwt", "kid": key.id})
    raw = base64.urlsafe_b64decode(key.public + "=")
    for secret in (raw, key.public.encode()):
        mac = hmac.new(secret, f"{header}.{claims}".encode(), hashlib.sha256).digest()
        with pytest.raises(InvalidToken):
            await verifier.verify(f"{header}.{claims}.{b64(mac)}")


async def test_changed_claims_are_refused(ada, verifier):
    header, claims, signature = ada.token.split(".")
    content = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))

    with pytest.raises(InvalidToken):
        await verifier.verify(f"{header}.{b64({**content, 'roles': ['admin']})}.{signature}")


async def test_a_refresh_token_gives_no_access(ada, verifier):
    with pytest.raises(InvalidToken):
        await verifier.verify(ada.cookie)
    answer = await ada.http.get("/user/profile", headers={"Authorization": f"Bearer {ada.cookie}"})
    assert answer.status_code == 401


async def test_an_access_token_keeps_no_session(ada):
    assert (await ada.refreshes(ada.token)).status_code == 401


async def test_only_public_keys_are_published(ada):
    answer = await ada.http.get("/.well-known/jwks.json")

    [key] = answer.json()["keys"]
    assert key.keys() == {"kty", "crv", "x", "kid", "use", "alg"}
    assert answer.headers["cache-control"] == "public, max-age=60"


async def test_private_keys_are_not_readable_in_the_store(current, db):
    _, private = current

    kept = str(await db["keys"].find().to_list(2))
    assert "PRIVATE" not in kept
    assert private.splitlines()[1] not in kept


async def test_replicas_that_start_together_agree_on_one_key(settings):
    async with serving(create_app(settings)) as one, serving(create_app(settings)) as two:
        first, second = [(await http.get("/.well-known/jwks.json")).json() for http in (one, two)]

    assert first == second
    assert len(first["keys"]) == 1


async def test_who_comes_second_takes_the_first_ones_key(db, keys):
    class Late(KeyRepository):
        seen = False

        async def load(self):
            if not self.seen:  # as it was when this replica looked first
                self.seen = True
                return None
            return await super().load()

    tokens = Tokens(Late(db), SEALER)
    await tokens.prepare()

    assert await tokens.published() == await Tokens(keys, SEALER).published()


async def test_with_another_secret_auth_does_not_start(db, keys):
    with pytest.raises(WrongSecretError):
        await Tokens(keys, Sealer("x" * 32, "signing keys")).prepare()


async def test_a_rotation_keeps_old_tokens_good(ada, db, verifier):
    before = ada.token
    assert await verifier.verify(before)

    await rotate.rotate(db, SEALER, now=True)
    async with httpx.AsyncClient(transport=OwnKeys(tokens := await fresh(db))) as asking:
        later = Verifier("http://auth/jwks", asking)
        assert await later.verify(before)

        user = await tokens_user(db)
        after = tokens.access_token(user, "s", at=utc_now())
        assert jwt.get_unverified_header(after)["kid"] != jwt.get_unverified_header(before)["kid"]
        assert await later.verify(after)


async def test_the_next_key_is_published_before_it_signs(ada, db):
    old = jwt.get_unverified_header(ada.token)["kid"]
    now = utc_now()

    ring = await rotate.rotate(db, SEALER, now=False)

    new = ring.keys[-1].id
    assert ring.keys[-1].signs_at >= now + NOTICE
    published = (await ada.http.get("/.well-known/jwks.json")).json()["keys"]
    assert [each["kid"] for each in published] == [old, new]
    await ada.refreshes()
    assert jwt.get_unverified_header(ada.token)["kid"] == old
    tokens, user = await fresh(db), await tokens_user(db)
    later = tokens.access_token(user, "s", at=now + NOTICE + timedelta(minutes=1))
    assert jwt.get_unverified_header(later)["kid"] == new
    with pytest.raises(RotationPending):
        await rotate.rotate(db, SEALER, now=False)


async def test_two_rotations_at_once_are_one(db, keys):
    ring = await keys.load()
    first = domain.rotate(ring, new_key(SEALER, signs_at=NOON), at=NOON, now=True)
    second = domain.rotate(ring, new_key(SEALER, signs_at=NOON), at=NOON, now=True)
    await keys.save(first)

    with pytest.raises(ChangedMeanwhile):
        await keys.save(second)
    assert await keys.load() == first


async def test_the_command_says_what_it_did(settings, keys, capsys):
    assert await rotate.main(settings, now=False) == 0
    assert "signs from" in capsys.readouterr().out

    assert await rotate.main(settings, now=False) == 1
    assert "signs from" in capsys.readouterr().err


async def fresh(db):
    tokens = Tokens(KeyRepository(db), SEALER)
    await tokens.prepare()
    return tokens


async def tokens_user(db):
    return await UserRepository(db).named("ada")


class Away(KeyRepository):
    away = False

    async def load(self):
        if self.away:
            raise AWAY[0]("away")
        return await super().load()


async def test_known_keys_are_published_while_the_store_is_away(db):
    keys = Away(db)
    tokens = Tokens(keys, SEALER)
    await tokens.prepare()
    before = await tokens.published()
    keys.away = True

    assert await tokens.published() == before


async def test_a_replica_sees_a_rotation_though_the_store_was_away(ada, db, monkeypatch):
    monkeypatch.setattr("auth.tokens.RELOAD_EVERY", 0.01)
    keys, user = Away(db), await tokens_user(db)
    tokens = Tokens(keys, SEALER)
    await tokens.prepare()
    keys.away = True

    async def signs_with():
        token = tokens.access_token(user, "s", at=utc_now())
        return jwt.get_unverified_header(token)["kid"]

    async with background.running(tokens.run()):
        new = (await rotate.rotate(db, SEALER, now=True)).keys[-1].id
        assert await signs_with() != new
        keys.away = False

        async def rotated():
            return await signs_with() == new

        await eventually(rotated)
