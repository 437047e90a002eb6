"""`.env.example` names every setting there is."""

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROGRAMS = ["gateway", "auth", "rooms", "chat", "signaling", "media", "notify", "analytics"]
# Told by `make run` and the compose file themselves: where the parts find each other.
WIRING = re.compile(r"CONVO_(JWKS|AUTH|ROOMS|CHAT|SIGNALING|MEDIA|NOTIFY|ANALYTICS)_URL")


def settings_of(program: str) -> set[str]:
    fields = importlib.import_module(f"{program}.settings").Settings.model_fields
    names = set()
    for name, field in fields.items():
        alias = field.validation_alias
        first = getattr(alias, "choices", [alias])[0]
        names.add(first or f"CONVO_{name.upper()}")
    return {name for name in names if not WIRING.fullmatch(name)}


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_setting_of_a_program_is_in_the_example(program: str) -> None:
    example = (ROOT / ".env.example").read_text()

    missing = {name for name in settings_of(program) if not re.search(rf"\b{name}=", example)}

    assert missing == set()


def test_every_variable_of_the_compose_file_is_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text()
    used = set(re.findall(r"\$\{(CONVO_\w+)", (ROOT / "docker-compose.yml").read_text()))

    assert {name for name in used if f"{name}=" not in example} == set()
