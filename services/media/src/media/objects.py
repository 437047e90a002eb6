"""Bytes in an S3 object store; the only module that knows boto3."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Any, TypeVar

import boto3
import structlog
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from common.problems import Unavailable
from media.settings import Settings

log = structlog.get_logger()

T = TypeVar("T")

MOST_AT_ONCE = 8
"""Calls at the same time; boto3 blocks a thread for each."""
TRY_AGAIN = 2.0
"""Seconds between two tries to find the bucket or make it."""


class ObjectsAway(Unavailable):
    """The object store does not answer, or not as it should."""

    code = "objects-away"


class Objects:
    """The objects of one bucket, and addresses for browsers to reach them."""

    def __init__(self, settings: Settings) -> None:
        self._bucket = settings.s3_bucket
        self._client = _client(settings, settings.s3_url)
        self._public = _client(settings, settings.s3_public_url or settings.s3_url)
        self._few = asyncio.Semaphore(MOST_AT_ONCE)

    async def prepare(self) -> None:
        """Make the bucket if it is missing, as soon as the store answers."""
        while True:
            try:
                if not await self._call(self._client.head_bucket):
                    await self._call(self._client.create_bucket)
            except ObjectsAway:
                await asyncio.sleep(TRY_AGAIN)
            else:
                return

    async def answer(self) -> bool:
        """Whether the store answers now and has the bucket."""
        try:
            return bool(await self._call(self._client.head_bucket))
        except ObjectsAway:
            return False

    async def fetch(self, key: str, *, at_most: int) -> bytes | None:
        """The bytes, or nothing where there is no such object; of a longer one just too many.

        Raises:
            ObjectsAway: The store does not answer.
        """

        def get(**names: str) -> bytes:
            answer = self._client.get_object(**names)
            with answer["Body"] as body:
                return bytes(body.read(at_most + 1))

        return await self._call(get, Key=key)

    async def put(self, key: str, content: bytes, content_type: str) -> None:
        """Store an object, in place of the one that was there.

        Raises:
            ObjectsAway: The store does not answer.
        """
        put = self._client.put_object
        if not await self._call(put, Key=key, Body=content, ContentType=content_type):
            raise ObjectsAway("Files cannot be kept right now; please try again.")

    async def remove(self, keys: Sequence[str]) -> None:
        """Remove objects; it does not matter whether they are there.

        Raises:
            ObjectsAway: The store does not answer.
        """
        for key in keys:
            await self._call(self._client.delete_object, Key=key)

    def upload_address(self, key: str, *, content_type: str, size: int, lasts: timedelta) -> str:
        """Where exactly so many bytes of this type can be PUT without further proof."""
        # Type and length are signed: the store itself refuses any other.
        described = {"Key": key, "ContentType": content_type, "ContentLength": size}
        return self._address("put_object", lasts, described)

    def download_address(
        self, key: str, *, content_type: str, disposition: str, lasts: timedelta
    ) -> str:
        """Where an object can be read without further proof, shown as of this type."""
        described = {
            "Key": key,
            "ResponseContentType": content_type,
            "ResponseContentDisposition": disposition,
        }
        return self._address("get_object", lasts, described)

    def _address(self, operation: str, lasts: timedelta, described: dict[str, Any]) -> str:
        return str(
            self._public.generate_presigned_url(
                operation,
                Params={"Bucket": self._bucket, **described},
                ExpiresIn=int(lasts.total_seconds()),
            )
        )

    async def _call(self, operation: Callable[..., T], **arguments: Any) -> T | None:
        """What the store answers, or nothing where it answers that there is nothing."""
        async with self._few:
            try:
                return await asyncio.to_thread(operation, Bucket=self._bucket, **arguments)
            except ClientError as refused:
                answer = refused.response
                bucket_is_there = answer["Error"]["Code"] != "NoSuchBucket"
                status = answer["ResponseMetadata"]["HTTPStatusCode"]
                if status == HTTPStatus.NOT_FOUND and bucket_is_there:
                    return None
                away: Exception = refused
            except BotoCoreError as silent:
                away = silent
        log.warning("object store away", error=str(away))
        raise ObjectsAway("Files cannot be reached right now; please try again.") from away


def _client(settings: Settings, url: str) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=url,
        region_name=settings.s3_region,
        aws_access_key_id=settings.s3_access_key,
        aws_secret_access_key=settings.s3_secret_key.get_secret_value(),
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            connect_timeout=2,
            read_timeout=10,
            retries={"total_max_attempts": 2},
            # boto3's own checksums are a trailer that Swift and older stores refuse.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )
