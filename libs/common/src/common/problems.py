"""Expected refusals. Pure: `web.py` renders them, the domain only raises them."""

from http import HTTPStatus
from typing import ClassVar


class Problem(Exception):  # noqa: N818 - RFC 9457 calls it a problem
    """A request that cannot be met, told to whoever sent it (RFC 9457).

    The message is for people and holds no personal data; `code` is for programs
    and never changes. Keyword arguments become members of the problem document.
    """

    status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST
    code: ClassVar[str]
    transient: ClassVar[bool] = False
    """Whether the same request may succeed a little later."""
    retry_after: int | None = None
    """Seconds to wait before the next try; of the kind, unless a problem sets its own."""

    def __init__(self, message: str, **members: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.members = members


class NotFound(Problem):
    """Not there, or not yours to see: a stranger cannot tell which."""

    status = HTTPStatus.NOT_FOUND
    code = "not-found"


class RoomNotFound(NotFound):
    """No such room, or none that this person may know of."""

    code = "room-not-found"

    def __init__(self, message: str = "Meeting not found") -> None:
        super().__init__(message)


class Unauthenticated(Problem):
    status = HTTPStatus.UNAUTHORIZED
    code = "authentication-required"

    def __init__(self, message: str = "Authentication required") -> None:
        super().__init__(message)


class Forbidden(Problem):
    status = HTTPStatus.FORBIDDEN
    code = "forbidden"


class Conflict(Problem):
    status = HTTPStatus.CONFLICT
    code = "conflict"


class ChangedMeanwhile(Conflict):
    """The stored version is not the one this change was decided on."""

    code = "changed-meanwhile"
    transient = True


class Unavailable(Problem):
    """Something this service needs does not answer."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "unavailable"
    transient = True
    retry_after = 2


class TooMany(Problem):
    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "too-many-requests"
    transient = True
    retry_after = 5
