"""Load, decide, save: people and what they tell about themselves."""

from datetime import datetime

from auth import domain
from auth.domain import Role, User, UserExists, UsernameTaken, UserNotFound, text
from auth.names import usernames
from auth.passwords import Passwords
from auth.repository import UserRepository
from auth.requests import Register, UpdateProfile
from common.clock import new_id


async def register(
    users: UserRepository, passwords: Passwords, wanted: Register, *, at: datetime
) -> User:
    """Raises `WeakPassword`, `UserExists` and what `Passwords.hashed` raises."""
    suggested = text.suggested_username(wanted.email, wanted.full_name)
    domain.check_password(wanted.password, own=(wanted.email, wanted.username or suggested))
    password_hash = await passwords.hashed(wanted.password)
    for username in usernames(wanted.username, wanted.email, wanted.full_name):
        user, events = domain.register(
            new_id(),
            username=username,
            email=wanted.email,
            full_name=wanted.full_name,
            password_hash=password_hash,
            at=at,
        )
        try:
            await users.save(user, *events)
        except UsernameTaken:
            continue
        return user
    raise UserExists


async def update(
    users: UserRepository, user_id: str, wanted: UpdateProfile, *, at: datetime
) -> User:
    """What is not given stays as it is. Raises `UsernameTaken`."""
    given = wanted.model_fields_set
    return await users.change(
        user_id,
        lambda user: domain.update(
            user,
            username=wanted.username or user.username,
            full_name=wanted.full_name if "full_name" in given else user.full_name,
            contact=(wanted.contact or None) if "contact" in given else user.contact,
            without_picture="profile_picture" in given,
            at=at,
        ),
    )


async def show_picture(users: UserRepository, user_id: str, path: str, *, at: datetime) -> None:
    """A picture was stored for this person; for nobody it changes nothing."""
    if await users.find(user_id) is not None:
        await users.change(user_id, lambda user: domain.picture(user, path, at=at))


async def promote(users: UserRepository, email: str, role: Role, *, at: datetime) -> User:
    """Raises `UserNotFound`."""
    user = await users.named(email)
    if user is None:
        raise UserNotFound
    return await users.change(user.id, lambda user: domain.promote(user, role, at=at))
