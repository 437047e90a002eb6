"""Load, decide, save: one function for each thing media can be asked to do."""

from datetime import datetime
from uuid import UUID

from media import domain, pictures
from media.domain import PURPOSES, File
from media.objects import Objects
from media.pictures import Pictures
from media.repository import FileRepository
from media.requests import Announce


async def announce(
    files: FileRepository, wanted: Announce, *, creation: UUID, by: str, at: datetime
) -> File:
    """The file that is announced, or was by the same `creation` before."""
    key = creation.hex
    file = domain.announce(
        key,
        by,
        purpose=wanted.purpose,
        name=wanted.name,
        content_type=wanted.content_type,
        size=wanted.size,
        waiting=await files.waiting(by, besides=key),
        at=at,
    )
    return await files.create(file)


async def complete(  # noqa: PLR0913 - who, what and when
    files: FileRepository,
    objects: Objects,
    making_safe: Pictures,
    file_id: str,
    *,
    by: str,
    at: datetime,
) -> File:
    """Check what was uploaded and keep it; doing it again changes nothing."""
    file = domain.owned(await files.get(file_id), by)
    async with making_safe.turn():
        file = await files.get(file_id)  # somebody may have done it meanwhile
        if file.state == "stored":
            return file
        content = await objects.fetch(file.upload_key, at_most=PURPOSES[file.purpose].most_bytes)
        content = domain.uploaded(file, content)
        safe = await making_safe.reencoded(content, announced=file.content_type)
        kind = pictures.CONTENT_TYPE
        await objects.put(file.key, safe, kind)
        return await files.change(
            file_id, lambda file: domain.store(file, content_type=kind, size=len(safe), at=at)
        )


async def see(files: FileRepository, file_id: str, *, by: str) -> File:
    return domain.kept(domain.owned(await files.get(file_id), by))


async def see_picture(files: FileRepository, file_id: str) -> File:
    """Whoever knows its id may see a picture; the id cannot be guessed."""
    return domain.kept(await files.get(file_id))


async def delete(files: FileRepository, file_id: str, *, by: str, at: datetime) -> None:
    """The sweep removes its objects afterwards."""
    await files.change(file_id, lambda file: domain.delete(domain.owned(file, by), at=at))


async def sweep(files: FileRepository, objects: Objects, *, at: datetime) -> None:
    """Give up what was never completed, and remove the objects that nobody needs."""
    for due in await files.due(at):
        file = await files.change(due.id, lambda file: domain.abandon(file, at=at))
        await objects.remove(domain.unneeded(file))
        await files.note_swept(domain.swept(file, at=at))
