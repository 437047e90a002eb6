"""What the linters cannot say: sizes, names that say nothing, errors swallowed, bare TODOs."""

import re
import subprocess
import sys
from pathlib import Path

LONGEST = 300
NAMES = re.compile(r"(^|/)(utils?|helpers?|misc|base|constants|manager)\.(py|ts|tsx)$")
GENERATED = ("web/src/protocol/generated", "libs/common/schemas/")
BROAD = re.compile(r"^\s*except\s*(\(?\s*(Base)?Exception\b|:)")
MAY_BE_BROAD = {"libs/common/src/common/bus.py", "libs/common/src/common/background.py"}
TODO = re.compile(r"\bTODO\b(?!\(#\d+\))")


def complaints(name: str, text: str) -> list[str]:
    """What is wrong with one file."""
    lines = text.splitlines()
    found = []
    if len(lines) > LONGEST:
        found.append(f"{name}: {len(lines)} lines; make it a folder of the same name")
    if NAMES.search(name):
        found.append(f"{name}: the name says nothing; name the one thing it holds")
    for number, line in enumerate(lines, 1):
        if name.endswith(".py") and BROAD.search(line) and name not in MAY_BE_BROAD:
            found.append(f"{name}:{number}: catch what you expect, let bugs through")
        if TODO.search(line) and not name.endswith("house_rules.py"):
            found.append(f"{name}:{number}: a TODO carries an issue number: TODO(#12)")
    return found


def main() -> int:
    listed = subprocess.run(
        ["git", "ls-files", "*.py", "*.ts", "*.tsx"], capture_output=True, text=True, check=True
    ).stdout.split()
    files = [name for name in listed if not name.startswith(GENERATED) and Path(name).exists()]
    found = [each for name in files for each in complaints(name, Path(name).read_text())]
    sys.stdout.writelines(f"{each}\n" for each in found)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
