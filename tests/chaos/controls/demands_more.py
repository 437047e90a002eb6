"""A version after this one that demands a field of a fact which this one does not tell."""

import runpy
import sys

from common.events import PeopleInvited


class Demanding(PeopleInvited):
    """As the version after would have it."""

    invited_with: str


if __name__ == "__main__":
    PeopleInvited.parse = Demanding.parse  # type: ignore[method-assign]
    runpy.run_module(sys.argv[1], run_name="__main__")
