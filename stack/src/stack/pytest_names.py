"""Loaded by pytest before any test: makes `stack` and `gateway` mean the packages.

Both are also folders at the top of the checkout, and pytest would take those for the
packages when it imports `stack/tests` and `gateway/tests`.
"""

import contextlib
import importlib

for name in ("stack", "gateway"):
    # Each can be worked on without the other.
    with contextlib.suppress(ModuleNotFoundError):
        importlib.import_module(name)
