"""Where tries to sign in are counted."""

from datetime import datetime

from auth.domain import text
from auth.domain.throttle import ACCOUNT_WAITS, ADDRESS_WAITS
from common.throttle import Throttle, TooManyTries


class TryRepository(Throttle):
    """Tries to sign in, by account and by address."""

    async def begin(self, name: str, address: str, *, at: datetime) -> None:
        """Count a try to sign in as `name` from `address`.

        Raises:
            TooManyTries: It comes too early after others; it is not counted.
        """
        await self.count("address", address, ADDRESS_WAITS, at=at)
        try:
            await self.count("account", text.key(name), ACCOUNT_WAITS, at=at)
        except TooManyTries:
            await self.take_back("address", address, at=at)
            raise

    async def succeeded(self, name: str, address: str, *, at: datetime) -> None:
        """The try was good: forget the account's failures, but not those of the address.

        Else somebody could clear the address with an account of their own.
        """
        await self.forget("account", text.key(name))
        await self.take_back("address", address, at=at)
