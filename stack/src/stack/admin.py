"""`stack admin EMAIL`: makes somebody of the running platform an administrator."""

import subprocess
import sys

import psutil

from stack import configuration, folder
from stack.trouble import Trouble


def promote(email: str) -> int:
    """Run auth's own command with the settings auth runs with.

    Raises:
        Trouble: The platform does not run.
    """
    noted = folder.noted(configuration.read().data)
    try:
        environment = psutil.Process(int(noted["auth"]["pid"])).environ()
    except (KeyError, psutil.Error):
        raise Trouble(
            "ConvoConnect is not running.", remedy="Start it with `make run`, then ask again."
        ) from None
    command = [sys.executable, "-m", "auth.promote", email]
    return subprocess.run(command, env=environment, check=False).returncode
