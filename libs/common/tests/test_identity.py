import base64
import json
from datetime import UTC, datetime, timedelta

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from common.identity import InvalidToken, Verifier, bearer
from common.problems import Unauthenticated, Unavailable
from common.testing import Issuer


async def test_a_good_token_says_who_is_calling(issuer: Issuer) -> None:
    caller = await issuer.verifier().verify(issuer.token("ada", roles=("user", "admin")))

    assert (caller.user_id, caller.session_id, caller.name) == ("ada", "session-of-ada", "Ada")
    assert caller.is_admin


def past(**span: float) -> datetime:
    return datetime.now(UTC) - timedelta(**span)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"exp": past(minutes=5)},
        {"nbf": datetime.now(UTC) + timedelta(minutes=5)},
        {"aud": "someone-else"},
        {"iss": "https://evil.example"},
        {"exp": None},
        {"sid": None},
        {"sub": 7},
        {"headers": {"typ": "JWT"}},
        {"headers": {"typ": "rt+jwt"}},
        {"headers": {"kid": "unknown"}},
        {"headers": {"crit": ["exp"]}},
    ],
    ids=str,
)
async def test_a_spoilt_token_is_refused(issuer: Issuer, spoilt: dict) -> None:
    token = issuer.token("ada", **spoilt)
    if None in spoilt.values():
        [claim] = spoilt
        claims = jwt.decode(token, options={"verify_signature": False})
        del claims[claim]
        token = jwt.encode(claims, issuer._key, "EdDSA", headers={"kid": "test", "typ": "at+jwt"})

    with pytest.raises(InvalidToken):
        await issuer.verifier().verify(token)


async def test_a_token_of_another_key_with_our_key_id_is_refused(issuer: Issuer) -> None:
    with pytest.raises(InvalidToken):
        await issuer.verifier().verify(Issuer().token("ada"))


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_another_algorithm_is_refused(issuer: Issuer, algorithm: str) -> None:
    claims = jwt.decode(issuer.token("ada"), options={"verify_signature": False})
    public = issuer._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    secret = public.ljust(32, b"0") if algorithm == "HS256" else None
    token = jwt.encode(claims, secret, algorithm, headers={"kid": "test", "typ": "at+jwt"})

    with pytest.raises(InvalidToken):
        await issuer.verifier().verify(token)


async def test_keys_named_in_the_token_itself_are_ignored(issuer: Issuer) -> None:
    own = Ed25519PrivateKey.generate()
    claims = jwt.decode(issuer.token("ada"), options={"verify_signature": False})
    jwk = jwt.get_algorithm_by_name("EdDSA").to_jwk(own.public_key(), as_dict=True)
    headers = {"kid": "test", "typ": "at+jwt", "jwk": jwk, "jku": "http://evil.example/jwks"}

    with pytest.raises(InvalidToken):
        await issuer.verifier().verify(jwt.encode(claims, own, "EdDSA", headers=headers))


@pytest.mark.parametrize("garbage", ["", "x", "a.b.c", "." * 10_000, "é.é.é", "e30.e30.e30"])
async def test_garbage_is_refused(issuer: Issuer, garbage: str) -> None:
    with pytest.raises(InvalidToken):
        await issuer.verifier().verify(garbage)


async def test_a_changed_payload_is_refused(issuer: Issuer) -> None:
    head, payload, signature = issuer.token("ada").split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims["sub"] = "bob"
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()

    with pytest.raises(InvalidToken):
        await issuer.verifier().verify(f"{head}.{forged}.{signature}")


async def test_keys_stay_good_while_auth_is_away(issuer: Issuer) -> None:
    answers = [httpx.Response(200, json=issuer.jwks)]

    def answer(_: httpx.Request) -> httpx.Response:
        return answers.pop() if answers else httpx.Response(503)

    verifier = Verifier(
        "http://auth.test", httpx.AsyncClient(transport=httpx.MockTransport(answer))
    )
    await verifier.verify(issuer.token("ada"))
    verifier._fetched_at -= 1000

    assert (await verifier.verify(issuer.token("bob"))).user_id == "bob"


async def test_without_any_keys_the_answer_is_later_not_no(issuer: Issuer) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(503))

    with pytest.raises(Unavailable):
        await Verifier("http://auth.test", httpx.AsyncClient(transport=transport)).verify(
            issuer.token("ada")
        )


async def test_unknown_key_ids_do_not_make_a_fetch_each(issuer: Issuer) -> None:
    fetched = []

    def answer(_: httpx.Request) -> httpx.Response:
        fetched.append(1)
        return httpx.Response(200, json=issuer.jwks)

    verifier = Verifier(
        "http://auth.test", httpx.AsyncClient(transport=httpx.MockTransport(answer))
    )
    for n in range(20):
        with pytest.raises(InvalidToken):
            await verifier.verify(issuer.token("ada", headers={"kid": f"k{n}"}))

    assert len(fetched) == 1


@pytest.mark.parametrize("header", [None, "", "Basic abc", "Bearer", "Bearer  "])
def test_without_a_bearer_token_nobody_is_calling(header: str | None) -> None:
    with pytest.raises(Unauthenticated):
        bearer(header)
