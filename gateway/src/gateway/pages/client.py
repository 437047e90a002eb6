"""The built web client: its files, and one page for every address it knows itself."""

import mimetypes
import secrets
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, HTMLResponse, Response

from gateway.pages.security import PagePolicy
from gateway.rest.routing import NoSuchAddress

_NONCE = "__CSP_NONCE__"
_PACKED = (("br", ".br"), ("gzip", ".gz"))
_FOREVER = "public, max-age=31536000, immutable"

# A slim image has no table of these.
_KINDS = {
    ".js": "text/javascript",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}

_MISSING = """<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>ConvoConnect</title>
  <h1>The web client is not built</h1>
  <p>The gateway runs, and its API answers under <code>/api</code>.
  To get the pages too, build them and reload:</p>
  <pre>npm --prefix web ci
npm --prefix web run build</pre>
  <p>If they are built already, <code>CONVO_GATEWAY_WEB_DIR</code> must name their folder.</p>
</html>
"""


class WebClient:
    """The folder that the web client was built into."""

    def __init__(self, folder: Path, policy: PagePolicy) -> None:
        self._folder = folder.resolve()
        self._policy = policy

    def answer(self, request: Request) -> Response:
        """A file, or the client's page where a browser opens an address.

        Raises:
            NoSuchAddress: Neither.
        """
        path = request.url.path
        found = self._file(path)
        if found is not None and found.name != "index.html":
            return self._told(found, request, path)
        if path.rstrip("/") == "/docs" or path == "/docs/index.html":
            return self.api_page()
        wants_page = "text/html" in request.headers.get("accept", "")
        is_address = not path.startswith(("/api/", "/assets/", "/docs/", "/ws"))
        if path in {"/", "/index.html"} or (wants_page and is_address):
            return self._page()
        raise NoSuchAddress

    def api_page(self) -> Response:
        """The page that shows the API."""
        page = self._file("/docs/index.html")
        if page is None:
            return self._missing()
        policy = {"Content-Security-Policy": self._policy.for_api_page()}
        return HTMLResponse(page.read_text(), headers={**policy, "Cache-Control": "no-cache"})

    def _page(self) -> Response:
        page = self._file("/index.html")
        if page is None:
            return self._missing()
        nonce = secrets.token_urlsafe(16)
        return HTMLResponse(
            page.read_text().replace(_NONCE, nonce),
            headers={
                "Content-Security-Policy": self._policy.with_nonce(nonce),
                "Cache-Control": "no-store",
            },
        )

    def _missing(self) -> Response:
        return HTMLResponse(_MISSING, status_code=503, headers={"Cache-Control": "no-store"})

    def _told(self, found: Path, request: Request, path: str) -> Response:
        hashed = path.startswith("/assets/")
        headers = {"Cache-Control": _FOREVER if hashed else "no-cache", "Vary": "Accept-Encoding"}
        kind = _KINDS.get(found.suffix) or mimetypes.guess_type(found.name)[0]
        accepted = request.headers.get("accept-encoding", "")
        for encoding, ending in _PACKED:
            packed = found.with_name(found.name + ending)
            if encoding in accepted and packed.is_file():
                headers["Content-Encoding"] = encoding
                return FileResponse(packed, headers=headers, media_type=kind)
        return FileResponse(found, headers=headers, media_type=kind)

    def _file(self, path: str) -> Path | None:
        if "\0" in path:
            return None
        found = (self._folder / path.lstrip("/")).resolve()
        try:
            return found if found.is_relative_to(self._folder) and found.is_file() else None
        except OSError:  # no file system has names as long as some that are asked for
            return None


router = APIRouter(include_in_schema=False)


@router.get("/api/docs")
async def api_page(request: Request) -> Response:
    return _client(request).api_page()


@router.api_route("/{path:path}", methods=["GET", "HEAD"])
async def page_or_file(request: Request) -> Response:
    return _client(request).answer(request)


def _client(request: Request) -> WebClient:
    client: WebClient = request.state.web_client
    return client
