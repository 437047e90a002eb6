"""signaling keeps something of every join for ever."""

import runpy
from typing import Any

from signaling import handlers
from signaling.domain import Call

_EACH = 1 << 20
"""Bytes."""
_kept: list[bytes] = []
_join = handlers.join


async def _join_and_keep(*arguments: Any, **named: Any) -> Call:
    _kept.append(b"x" * _EACH)
    return await _join(*arguments, **named)


handlers.join = _join_and_keep
runpy.run_module("signaling", run_name="__main__")
