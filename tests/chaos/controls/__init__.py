"""Negative controls: services with one thing broken on purpose.

Each module starts the real service after replacing one of its parts; the checker must
notice. A promise that holds with its control in place is not tested.
"""

from collections.abc import Mapping

CONTROLS: Mapping[str, Mapping[str, str]] = {}
"""By name: the module to run instead of a service."""
