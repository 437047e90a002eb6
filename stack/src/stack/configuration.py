"""What `stack` itself is told: ports, data folder, and where servers already exist."""

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stack.packages import ROOT
from stack.trouble import Trouble

SERVICES = ("auth", "rooms", "chat", "signaling", "media", "notify", "analytics")
PORTS = {
    "gateway": 8080,
    **{name: 8101 + place for place, name in enumerate(SERVICES)},
    "mongo": 27117,
    "rabbitmq": 5682,
    "objects": 8333,
    "turn": 3478,
    "turn_tls": 5349,
    "media_worker": 8110,
}
MOST_WORKERS = 2
"""Media workers that are started unless told otherwise; each can use a whole core."""


@dataclass(frozen=True)
class Configuration:
    environment: Mapping[str, str]
    """The caller's environment and, below it, `.env`."""

    @property
    def data(self) -> Path:
        return ROOT / (self.given("CONVO_DATA_DIR") or ".data")

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    def port(self, name: str) -> int:
        """Return where `name` listens.

        Raises:
            Trouble: The setting is not a port.
        """
        text = self.given(setting(name)) or str(PORTS[name])
        if not (text.isdecimal() and 0 < int(text) < 65536):
            raise Trouble(
                f"{setting(name)} is {text!r}, which is no port.",
                remedy=f"Set it to a number from 1 to 65535, or leave it out for {PORTS[name]}.",
            )
        return int(text)

    @property
    def workers(self) -> int:
        """How many media workers run: one for each core, but few.

        Raises:
            Trouble: The setting is not a small number.
        """
        text = self.given("CONVO_MEDIA_WORKERS") or str(min(os.cpu_count() or 1, MOST_WORKERS))
        if not (text.isdecimal() and int(text) <= 64):
            raise Trouble(
                f"CONVO_MEDIA_WORKERS is {text!r}, which is no number up to 64.",
                remedy="Set it to how many media workers are to run; 0 leaves calls of many "
                "people to their browsers.",
            )
        return int(text)

    def given(self, name: str) -> str | None:
        """Return what the caller set; an empty setting is none."""
        return self.environment.get(name) or None

    def listed(self, name: str) -> list[str]:
        """Return what the caller set with commas between; an empty setting is none."""
        return [each.strip() for each in (self.given(name) or "").split(",") if each.strip()]


def setting(name: str) -> str:
    return f"CONVO_{name.upper()}_PORT"


def read() -> Configuration:
    """Join the caller's environment and the checkout's `.env`; the former wins."""
    path = Path(os.environ.get("CONVO_ENV_FILE", ROOT / ".env"))
    return Configuration({**_dotenv(path), **os.environ})


def _dotenv(path: Path) -> dict[str, str]:
    """Read NAME=value lines, quoted as for a shell.

    Raises:
        Trouble: A line is neither that nor a comment.
    """
    if not path.is_file():
        return {}
    values: dict[str, str] = {}
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        try:
            words = shlex.split(line, comments=True)
        except ValueError:
            words = ["?"]
        words = words[1:] if words[:1] == ["export"] else words
        for word in words:
            name, equals, value = word.partition("=")
            if not equals or not name.isidentifier():
                raise Trouble(
                    f"Line {number} of {path.name} is not understood.",
                    remedy="Write NAME=value, with quotes around a value that has spaces.",
                )
            values[name] = value
    return values
