"""A service as it was in the version before: `python -m tests.chaos.previous SERVICE`.

`previous.txt` names the commit of that version. Each release writes its own there.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TREE = "CHAOS_PREVIOUS_TREE"
"""The environment variable that names the checkout of that version."""
_HERE = Path(__file__).parent


def commit() -> str:
    """The commit of the version before."""
    return (_HERE / "previous.txt").read_text().strip()


def is_here() -> bool:
    """Whether the history of this checkout goes back that far."""
    asked = subprocess.run(
        ("git", "cat-file", "-e", f"{commit()}^{{commit}}"),
        cwd=_HERE,
        check=False,
        capture_output=True,
    )
    return asked.returncode == 0


@contextmanager
def checked_out(folder: Path) -> Iterator[Path]:
    """That version's files, in a folder of their own."""
    tree = folder / "previous"
    subprocess.run(
        ("git", "worktree", "add", "--detach", str(tree), commit()),
        cwd=_HERE,
        check=True,
        capture_output=True,
    )
    try:
        yield tree
    finally:
        subprocess.run(("git", "worktree", "remove", "--force", str(tree)), cwd=_HERE, check=True)


def sources(tree: Path) -> list[str]:
    """Where that version's packages are."""
    return [str(each) for each in (*tree.glob("*/src"), *tree.glob("*/*/src"))]


def main(service: str) -> None:
    """Become that service."""
    tree = Path(os.environ[TREE])
    told = {**os.environ, "PYTHONPATH": os.pathsep.join(sources(tree))}
    for name, value in told.items():
        if name.endswith("_URL") and value.startswith("http"):
            told[name] = value.partition(",")[0]  # it knew of one replica only
    os.chdir(tree)
    os.execve(sys.executable, (sys.executable, "-m", service), told)


if __name__ == "__main__":
    main(sys.argv[1])
