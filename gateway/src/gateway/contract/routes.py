"""The contract over HTTP."""

from typing import Any

from fastapi import APIRouter, Request

from gateway.contract import asyncapi, openapi
from gateway.contract.documents import Documents

router = APIRouter(include_in_schema=False)


@router.get("/api/openapi.json")
async def rest(request: Request) -> dict[str, Any]:
    """REST, as all services together offer it."""
    return openapi.merge(await _documents(request).all())


@router.get("/api/asyncapi.json")
async def socket(request: Request) -> dict[str, Any]:
    """The socket's frames."""
    public_url: str = request.state.public_url
    return asyncapi.describe(await _documents(request).all(), public_url)


def _documents(request: Request) -> Documents:
    documents: Documents = request.state.documents
    return documents
