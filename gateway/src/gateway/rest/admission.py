"""Who may pass: tokens that are good, people and addresses that are not too fast."""

from common.identity import Verifier
from gateway.lateness import Lateness
from gateway.places import Overloaded
from gateway.rest.limits import Limits
from gateway.revocations import Revocations


class Admission:
    """Refuses what no service needs to see."""

    def __init__(
        self, verifier: Verifier, revocations: Revocations, limits: Limits, lateness: Lateness
    ) -> None:
        self._verifier = verifier
        self._revocations = revocations
        self._limits = limits
        self._lateness = lateness

    async def admit(self, method: str, path: str, address: str, authorization: bytes) -> None:
        """Let a request pass; without a token the service decides what it may.

        Raises:
            Overloaded: This process is too late with everything already.
            TooOften: The person or the address asks too often.
            InvalidToken: The bearer token is no good, or its session has ended.
            Unavailable: There is a token, and nothing to verify it with.
        """
        if self._lateness.is_too_much:
            raise Overloaded
        self._limits.count_address(address)
        self._limits.count_attempt(method, path, address)
        scheme, _, token = authorization.partition(b" ")
        if scheme.lower() == b"bearer":
            caller = await self._verifier.verify(token.strip().decode("latin-1"))
            self._revocations.check(caller.session_id)
            self._limits.count_user(caller.user_id)
