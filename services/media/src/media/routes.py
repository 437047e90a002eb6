"""media over HTTP: who may call what."""

from datetime import timedelta
from pathlib import PurePosixPath
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from common.idempotency import Creation, IdempotentRoute
from common.identity import CurrentCaller
from common.state import Now
from media import handlers
from media.domain import UPLOAD_LASTS, File
from media.objects import Objects
from media.requests import Announce, AnnouncedView, FileView
from media.state import Bytes, Files, MakingSafe, Sweeping

ADDRESS_LASTS = timedelta(minutes=5)
REMEMBERED = timedelta(minutes=4)
"""How long a browser may go on using an address: less than it lasts."""


router = APIRouter(prefix="/media", tags=["media"], route_class=IdempotentRoute)


@router.post("/files", status_code=201)
async def announce(
    body: Announce,
    files: Files,
    objects: Bytes,
    creation: Creation,
    caller: CurrentCaller,
    now: Now,
) -> AnnouncedView:
    """Say what is to be uploaded; the answer says where to."""
    file = await handlers.announce(files, body, creation=creation, by=caller.user_id, at=now)
    url = objects.upload_address(
        file.upload_key, content_type=file.content_type, size=file.size, lasts=UPLOAD_LASTS
    )
    return AnnouncedView.of(file, url)


@router.post("/files/{file_id}/complete")
async def complete(
    file_id: str,
    files: Files,
    objects: Bytes,
    making_safe: MakingSafe,
    sweep: Sweeping,
    caller: CurrentCaller,
    now: Now,
) -> FileView:
    """Have the uploaded file checked and kept."""
    file = await handlers.complete(files, objects, making_safe, file_id, by=caller.user_id, at=now)
    sweep.wake()
    return FileView.of(file)


@router.get("/files/{file_id}", status_code=302, response_class=RedirectResponse)
async def download(
    file_id: str, files: Files, objects: Bytes, caller: CurrentCaller
) -> RedirectResponse:
    """Where the caller can download a file of theirs for a few minutes."""
    file = await handlers.see(files, file_id, by=caller.user_id)
    name = quote(f"{PurePosixPath(file.name).stem}.webp", safe="")
    return _redirect(objects, file, f"attachment; filename*=UTF-8''{name}", remembered=False)


@router.delete("/files/{file_id}", status_code=204)
async def delete(
    file_id: str, files: Files, sweep: Sweeping, caller: CurrentCaller, now: Now
) -> None:
    """Take a file of the caller's away."""
    await handlers.delete(files, file_id, by=caller.user_id, at=now)
    sweep.wake()


@router.get("/pictures/{file_id}", status_code=302, response_class=RedirectResponse)
async def picture(file_id: str, files: Files, objects: Bytes) -> RedirectResponse:
    """Where anybody who knows its id can see a picture for a few minutes."""
    file = await handlers.see_picture(files, file_id)
    return _redirect(objects, file, "inline", remembered=True)


def _redirect(
    objects: Objects, file: File, disposition: str, *, remembered: bool
) -> RedirectResponse:
    url = objects.download_address(
        file.key, content_type=file.content_type, disposition=disposition, lasts=ADDRESS_LASTS
    )
    age = f"private, max-age={int(REMEMBERED.total_seconds())}" if remembered else "no-store"
    headers = {"Cache-Control": age, "X-Content-Type-Options": "nosniff"}
    return RedirectResponse(url, 302, headers)
