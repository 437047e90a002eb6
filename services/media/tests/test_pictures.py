import asyncio
import io
import struct
import zlib

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st
from PIL import Image

from media import pictures
from media.domain import NotAsAnnounced
from media.pictures import Pictures

SCRIPT = b"<script>alert(1)</script>"


def opened(content):
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_a_picture_becomes_webp(picture, kind):
    safe = await Pictures().reencoded(picture(kind), announced=f"image/{kind.lower()}")

    assert opened(safe).format == "WEBP"
    assert opened(safe).size == (64, 32)


@pytest.mark.parametrize(
    ("size", "becomes"), [((2000, 1000), (512, 256)), ((300, 600), (256, 512)), ((1, 1), (1, 1))]
)
async def test_a_large_picture_is_made_smaller_and_keeps_its_shape(picture, size, becomes):
    for kind in ("PNG", "JPEG"):
        safe = await Pictures().reencoded(picture(kind, size), announced=f"image/{kind.lower()}")
        assert opened(safe).size == becomes


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
async def test_every_kind_of_pixel_is_understood(mode):
    written = io.BytesIO()
    Image.new(mode, (8, 8)).save(written, "PNG")

    safe = await Pictures().reencoded(written.getvalue(), announced="image/png")

    assert opened(safe).size == (8, 8)


async def test_what_can_be_seen_through_stays_so():
    written = io.BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(written, "PNG")

    safe = await Pictures().reencoded(written.getvalue(), announced="image/png")

    assert opened(safe).convert("RGBA").getpixel((4, 4))[3] == 0


async def test_a_picture_is_turned_upright_and_forgets_where_it_was_taken(picture):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8825)[1] = "N"
    content = picture("JPEG", exif=exif, comment=b"at home", icc_profile=b"profile")

    safe = await Pictures().reencoded(content, announced="image/jpeg")

    assert opened(safe).size == (32, 64)
    assert dict(opened(safe).getexif()) == {}
    assert "icc_profile" not in opened(safe).info
    for told in (b"Maker", b"at home", b"profile", b"EXIF"):
        assert told not in safe


async def test_only_the_first_picture_of_a_moving_one_is_kept():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    written = io.BytesIO()
    frames[0].save(written, "WEBP", save_all=True, append_images=frames[1:], lossless=True)

    safe = await Pictures().reencoded(written.getvalue(), announced="image/webp")

    assert not getattr(opened(safe), "is_animated", False)
    assert opened(safe).convert("RGB").getpixel((4, 4))[0] > 200


@pytest.mark.parametrize("announced", ["image/jpeg", "image/webp", "text/html"])
async def test_a_picture_of_another_type_than_announced_is_refused(picture, announced):
    with pytest.raises(NotAsAnnounced):
        await Pictures().reencoded(picture("PNG"), announced=announced)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        SCRIPT,
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x1a\0\0\0WEBPVP8L",
        b"\xff\xd8\xff\xe0",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"\0" * 100_000,
    ],
)
async def test_what_is_no_picture_is_refused(content):
    for announced in ("image/png", "image/jpeg", "image/webp"):
        with pytest.raises(NotAsAnnounced):
            await Pictures().reencoded(content, announced=announced)


async def test_formats_nobody_asked_for_are_not_even_opened(picture):
    for kind in ("GIF", "BMP", "TIFF", "ICO", "PPM"):
        with pytest.raises(NotAsAnnounced, match="not a picture"):
            await Pictures().reencoded(picture(kind), announced="image/png")


async def test_half_a_picture_is_refused(picture):
    for kind in ("PNG", "JPEG", "WEBP"):
        content = picture(kind, (256, 256))
        with pytest.raises(NotAsAnnounced):
            await Pictures().reencoded(
                content[: len(content) // 2], announced=f"image/{kind.lower()}"
            )


async def test_a_page_hidden_in_a_picture_does_not_come_out(picture):
    content = picture("PNG")
    text = b"tEXtcomment\0" + SCRIPT
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    hidden = content[:33] + chunk + content[33:] + SCRIPT
    assert opened(hidden).info["comment"] == SCRIPT.decode()

    safe = await Pictures().reencoded(hidden, announced="image/png")

    assert b"script" not in safe


def bomb(width, height):
    """A PNG of a few bytes that claims to be large."""

    def chunk(kind, content):
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


async def test_a_picture_that_claims_to_be_huge_is_not_decoded(picture, monkeypatch):
    monkeypatch.setattr(pictures, "_reduce", None)  # whoever gets there, fails otherwise
    webp = b"RIFF\x1a\0\0\0WEBPVP8L\x0e\0\0\0\x2f\xff\xff\xff\x0f\0\0\0\0\0\0\0\0\0"

    for content, announced in (
        (bomb(60_000, 60_000), "image/png"),
        (bomb(40_000_001, 1), "image/png"),
        (webp, "image/webp"),
    ):
        with pytest.raises(NotAsAnnounced, match="at most 40000000 pixels"):
            await Pictures().reencoded(content, announced=announced)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, about what it skips
@given(data=st.data())
@given_settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_damaged_picture_is_refused_or_read_and_nothing_else(picture, data):
    kind = data.draw(st.sampled_from(["PNG", "JPEG", "WEBP"]))
    content = bytearray(picture(kind, (16, 16)))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    try:
        safe = pictures._reencode(bytes(content), f"image/{kind.lower()}")
    except NotAsAnnounced:
        return
    assert opened(safe).format == "WEBP"


async def test_who_comes_when_too_many_wait_is_sent_away():
    making_safe = Pictures()
    async with making_safe.turn():
        waiting = [making_safe.turn() for _ in range(pictures.LONGEST_QUEUE)]
        tasks = [asyncio.create_task(turn.__aenter__()) for turn in waiting]
        await asyncio.sleep(0)

        with pytest.raises(pictures.PicturesBusy):
            await making_safe.turn().__aenter__()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
