"""Pictures made safe: what comes in is decoded, and only its pixels go out again."""

import asyncio
import io
import struct
from contextlib import AbstractAsyncContextManager

from PIL import Image, ImageOps

from common.problems import Unavailable
from common.turns import Turns
from media.domain import NotAsAnnounced

CONTENT_TYPE = "image/webp"
"""What every picture is once it is stored."""
MOST_PIXELS = 40_000_000
"""Of a picture that comes in: a file of a few bytes may claim to be gigabytes of pixels."""
EDGE = 512
"""Pixels a stored picture has at most in each direction."""

_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error)

# Ours is stricter than Pillow's own bound, which only warns up to twice its value.
Image.MAX_IMAGE_PIXELS = None


LONGEST_QUEUE = 20
"""Pictures that may wait."""


class PicturesBusy(Unavailable):
    code = "pictures-busy"


class Pictures:
    """Re-encodes one picture at a time: a large one takes over half a gigabyte of memory."""

    def __init__(self) -> None:
        busy = PicturesBusy("Many pictures are being stored right now; please try again.")
        self._turns = Turns(at_once=1, waiting=LONGEST_QUEUE, refusal=busy)

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Wait for the one turn there is before a file is fetched, so that few are in memory.

        Raises `PicturesBusy` when too many wait.
        """
        return self._turns.one()

    async def reencoded(self, content: bytes, *, announced: str) -> bytes:
        """The picture as WebP, upright, without whatever else was in the file.

        Raises:
            NotAsAnnounced: It is no picture of the announced type, or has too many pixels.
        """
        return await asyncio.to_thread(_reencode, content, announced)


def _reencode(content: bytes, announced: str) -> bytes:
    try:
        with Image.open(io.BytesIO(content), formats=tuple(_TYPES)) as picture:
            if _TYPES[picture.format or ""] != announced:
                raise NotAsAnnounced("The file is not of the type that was announced.")
            if picture.width * picture.height > MOST_PIXELS:
                raise NotAsAnnounced(f"A picture has at most {MOST_PIXELS} pixels.")
            return _encode(_reduce(picture))
    except _BROKEN as broken:
        raise NotAsAnnounced("The file is not a picture that can be read.") from broken


def _reduce(picture: Image.Image) -> Image.Image:
    picture.draft("RGB", (EDGE, EDGE))  # spares a JPEG most of its decoding
    ImageOps.exif_transpose(picture, in_place=True)
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    # Not converted needlessly: each copy of a large picture is 160 MB.
    flat = picture if picture.mode == mode else picture.convert(mode)
    flat.thumbnail((EDGE, EDGE))
    return flat


def _encode(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    # Said explicitly: what a camera writes beside the pixels tells where its owner lives.
    picture.save(written, "WEBP", quality=85, exif=b"", icc_profile=b"", xmp=b"")
    return written.getvalue()
