"""The object store: OpenStack Swift speaking S3, four small processes."""

import base64
import functools
import getpass
import hashlib
import hmac
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email.utils import formatdate
from pathlib import Path
from string import Template

import httpx

from stack import packages, ports
from stack.process import Program
from stack.servers import server
from stack.servers.server import Server
from stack.trouble import Trouble

ACCESS_KEY = "convo:app"
BUCKET = "convo"
_TEMPLATES = Path(__file__).parent / "swift"
_LOCK = packages.ROOT / "requirements" / "swift.txt"

# Run by Swift's own interpreter. One device and one copy: the rings only say "here".
_MAKE_RINGS = """
import json, sys
from swift.common.ring import RingBuilder
for name, port in json.loads(sys.argv[1]).items():
    builder = RingBuilder(8, 1, 0)
    builder.add_dev({"id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "port": port,
                     "device": "disk", "weight": 1})
    builder.rebalance(seed=1)
    builder.get_ring().save(f"{name}.ring.gz")
"""


@dataclass(frozen=True)
class S3:
    url: str
    access_key: str
    secret_key: str
    bucket: str


def prepare(folder: Path, *, port: int, secret_key: str, origins: list[str]) -> Server:
    """Describe an object store that keeps its data in `folder`, and write its configuration.

    It also takes the three ports after `port`. Browsers may use it from `origins`.

    Raises:
        Trouble: Swift cannot be fetched, or the file system cannot hold its attributes.
    """
    programs = _environment() / "bin"
    values = {
        "port": port,
        "root": folder,
        "user": getpass.getuser(),
        "secret_key": secret_key,
        "origins": ",".join(origins),
    }
    stores = {"account": port + 1, "container": port + 2, "object": port + 3}
    _configure(folder, values, stores, python=programs / "python")

    def program(kind: str) -> Program:
        return Program(
            name=f"objects-{kind}",
            command=(
                *(str(programs / "python"), str(programs / f"swift-{kind}-server")),
                *(str(folder / "etc" / f"{kind}.conf"), "--verbose"),
            ),
            environment={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder)},
            folder=folder,
        )

    return Server(
        name="object store",
        programs=[
            *(program(kind) for kind in stores),
            # It is ready when all of them are.
            replace(program("proxy"), ready=functools.partial(make_bucket, url(port), secret_key)),
        ],
        variables={
            "CONVO_S3_URL": url(port),
            "CONVO_S3_PUBLIC_URL": url(port),
            "CONVO_S3_ACCESS_KEY": ACCESS_KEY,
            "CONVO_S3_SECRET_KEY": secret_key,
            "CONVO_S3_BUCKET": BUCKET,
        },
    )


def url(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _environment() -> Path:
    """Make the environment Swift runs in; the lock file's hash is part of its name."""
    version = hashlib.sha256(_LOCK.read_bytes()).hexdigest()[:12]
    folder = packages.SERVERS / f"swift-env-{version}"
    with packages.built_once(folder) as building:
        if building:
            packages.fetch("venv", "--relocatable", str(building / "env"), what="The object store")
            packages.fetch(
                *("pip", "install", "--require-hashes", "--requirement", str(_LOCK)),
                *("--python", str(building / "env" / "bin" / "python")),
                what="The object store",
            )
    return folder / "env"


def _configure(
    folder: Path, values: dict[str, object], stores: dict[str, int], *, python: Path
) -> None:
    etc = folder / "etc"
    for each in (etc, folder / "node" / "disk", folder / "recon"):
        each.mkdir(parents=True, exist_ok=True)
    etc.chmod(0o700)  # proxy.conf holds the secret key
    _need_attributes(folder)
    (etc / "swift.conf").write_text((_TEMPLATES / "swift.conf").read_text())
    proxy = Template((_TEMPLATES / "proxy.conf").read_text())
    (etc / "proxy.conf").write_text(proxy.substitute(values))
    store = Template((_TEMPLATES / "store.conf").read_text())
    for kind, port in stores.items():
        text = store.substitute({**values, "kind": kind, "port": port})
        (etc / f"{kind}.conf").write_text(text)
    _make_rings(etc, stores, python=python)


def _make_rings(etc: Path, stores: dict[str, int], *, python: Path) -> None:
    wanted = json.dumps(stores)
    made = etc / "rings.json"
    if made.is_file() and made.read_text() == wanted:
        return
    subprocess.run((python, "-W", "ignore", "-c", _MAKE_RINGS, wanted), cwd=etc, check=True)
    made.write_text(wanted)


def _need_attributes(folder: Path) -> None:
    probe = folder / "recon" / "attributes"
    probe.touch()
    try:
        os.setxattr(probe, "user.swift.probe", b"1")
    except OSError as error:
        raise Trouble(
            f"The file system of {folder} cannot hold file attributes ({error.strerror}).",
            remedy="Put the data folder on ext4, xfs or btrfs with CONVO_DATA_DIR=<folder>.",
        ) from error


def make_bucket(endpoint: str, secret_key: str) -> bool:
    """Create the bucket if it is missing; False while the store does not answer yet.

    Signed with S3's first signature (HMAC-SHA1 over five lines), which needs no library.
    """
    date = formatdate(usegmt=True)
    text = f"PUT\n\n\n{date}\n/{BUCKET}"
    digest = hmac.digest(secret_key.encode(), text.encode(), "sha1")
    signed = f"AWS {ACCESS_KEY}:{base64.b64encode(digest).decode()}"
    try:
        answer = httpx.put(
            f"{endpoint}/{BUCKET}", headers={"Date": date, "Authorization": signed}, timeout=5
        )
    except httpx.TransportError:
        return False
    return answer.status_code in {200, 201, 409}


@contextmanager
def running_objects(directory: Path) -> Iterator[S3]:
    """Run an object store on free ports for as long as the block lasts.

    Raises:
        Trouble: It cannot be fetched or does not start.
    """
    port = ports.free_range(4)
    key = base64.urlsafe_b64encode(os.urandom(24)).decode()
    folder = directory / "objects"
    with server.running(prepare(folder, port=port, secret_key=key, origins=["*"]), logs=directory):
        yield S3(url(port), ACCESS_KEY, key, BUCKET)
