"""Fetches Autobahn's test cases, which are Python 2, and makes Python 3 of them.

They go to `.data/tools`, and are never part of this repository.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PINNED = ROOT / "requirements" / "autobahn.txt"
TOOLS = ROOT / ".data" / "tools" / "autobahn"
_STAMP = TOOLS / "prepared-for"

_CONVERT = """
import glob, sys
sys.path.insert(0, sys.argv[1])
from fissix.refactor import RefactoringTool, get_fixers_from_package
tool = RefactoringTool(get_fixers_from_package("fissix.fixes"))
tool.refactor(glob.glob(sys.argv[1] + "/autobahntestsuite/case/*.py"), write=True)
"""
_LEFT_OUT = ("case12", "case13", "Case12", "Case13", "case9_9")
"""Compression, which the gateway declines, and a case its authors left out."""


def prepare() -> Path:
    """The folder to import `autobahntestsuite.case` from."""
    wanted = PINNED.read_text()
    if not _STAMP.is_file() or _STAMP.read_text() != wanted:
        _install()
        _convert(TOOLS / "autobahntestsuite")
        _STAMP.write_text(wanted)
    return TOOLS


def _install() -> None:
    uv = Path(sys.executable).with_name("uv")
    pinned = ["--no-deps", "--require-hashes", "--requirements", str(PINNED)]
    command = [str(uv), "pip", "install", "--quiet", "--reinstall", *pinned]
    subprocess.run([*command, "--target", str(TOOLS)], check=True)


def _convert(package: Path) -> None:
    cases = package / "case"
    for path in cases.glob("*.py"):
        # Bytes in its strings are meant, so every byte must be one character. And every
        # class is an object now, which then may not come first among its parents.
        content = path.read_text("latin-1").replace("(object, Case", "(Case")
        path.write_text(f"# coding: latin-1\n{content}", "latin-1")
    index = cases / "__init__.py"
    lines = index.read_text("latin-1").splitlines(keepends=True)
    index.write_text("".join(line for line in lines if not _is_left_out(line)), "latin-1")
    (package / "__init__.py").write_text("")
    command = [sys.executable, "-c", _CONVERT, str(TOOLS)]
    subprocess.run(command, check=True, capture_output=True)


def _is_left_out(line: str) -> bool:
    return any(name in line for name in _LEFT_OUT)
