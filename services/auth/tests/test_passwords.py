import asyncio

import pytest
from argon2 import PasswordHasher

from auth.domain import WeakPassword, check_password
from auth.passwords import LONGEST_QUEUE, HashingBusy, Passwords

OWN = ("ada@example.org", "ada.lovelace")


@pytest.mark.parametrize("password", ["tenletters", "ÄÖÜß" * 2, " " * 8, "x" * 128, "zo\u0308" * 4])
def test_a_long_enough_password_needs_no_special_characters(password):
    check_password(password, own=OWN)


@pytest.mark.parametrize(
    "password",
    [
        "",
        "seven77",
        "x" * 129,
        "o\u0308" * 7,  # fourteen code points typed, seven composed
        "password123",
        "PassWord123",
        "\uff50assword",  # a full-width p
        "ada@example.org",
        "ADA@example.ORG",
        "Ada.Lovelace",
    ],
)
def test_a_password_that_would_be_guessed_is_refused(password):
    with pytest.raises(WeakPassword):
        check_password(password, own=OWN)


@pytest.fixture(scope="module")
def passwords():
    return Passwords(memory_kib=19 * 1024, time_cost=1)


async def test_a_password_matches_its_hash_however_it_was_typed(passwords):
    kept = await passwords.hashed("zo\u00eb und das Meer")

    assert kept.startswith("$argon2id$")
    assert await passwords.matches("zoe\u0308 und das Meer", kept)
    assert not await passwords.matches("zoe und das Meer", kept)


async def test_nobody_has_a_password(passwords):
    assert not await passwords.matches("", None)


async def test_a_hash_of_another_cost_is_made_anew(passwords):
    old = PasswordHasher(time_cost=2, memory_cost=1024, parallelism=1).hash("correct horse")
    new = await passwords.rehashed("correct horse", old)

    assert new is not None
    assert await passwords.matches("correct horse", new)
    assert await passwords.rehashed("correct horse", new) is None


async def test_more_than_the_queue_holds_are_sent_away():
    passwords = Passwords(memory_kib=1024, time_cost=1)
    passwords._turns._free = asyncio.Semaphore(0)
    waiting = [asyncio.create_task(passwords.hashed("x")) for _ in range(LONGEST_QUEUE)]
    await asyncio.sleep(0)

    with pytest.raises(HashingBusy) as busy:
        await passwords.matches("x", None)
    assert busy.value.retry_after

    for _ in range(LONGEST_QUEUE):
        passwords._turns._free.release()
    assert len(set(await asyncio.gather(*waiting))) == LONGEST_QUEUE
    assert not await passwords.matches("x", None)


async def test_a_place_in_the_queue_is_free_again_when_its_holder_goes():
    passwords = Passwords(memory_kib=1024, time_cost=1)
    passwords._turns._free = asyncio.Semaphore(0)
    waiting = [asyncio.create_task(passwords.hashed("x")) for _ in range(LONGEST_QUEUE)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    passwords.accept()
