"""The web client and what browsers are told."""

import re

import httpx
import pytest

HTML = {"Accept": "text/html,application/xhtml+xml"}


async def test_every_kind_of_answer_carries_the_security_headers(site: httpx.AsyncClient) -> None:
    for path in ("/", "/api/rooms", "/api/none", "/assets/app-1a2b.js", "/healthz", "/api/docs"):
        headers = (await site.get(path)).headers

        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "no-referrer", path
        assert headers["cross-origin-opener-policy"] == "same-origin", path
        assert headers["strict-transport-security"].startswith("max-age="), path
        assert "camera=(self)" in headers["permissions-policy"], path
        assert headers.get_list("content-security-policy", split_commas=False), path
    api = (await site.get("/api/rooms")).headers["content-security-policy"]
    assert api == "default-src 'none'; frame-ancestors 'none'"


async def test_a_path_longer_than_any_name_is_just_a_page(site: httpx.AsyncClient) -> None:
    page = await site.get("/" + "x" * 300, headers=HTML)

    assert page.status_code == 200


async def test_each_page_has_a_nonce_of_its_own(site: httpx.AsyncClient) -> None:
    pages = [await site.get("/", headers=HTML), await site.get("/rooms/tea", headers=HTML)]

    nonces = []
    for page in pages:
        [nonce] = re.findall(r'content="([\w-]{16,})"', page.text)
        policy = page.headers["content-security-policy"]
        assert f"style-src 'self' 'nonce-{nonce}';" in policy
        assert "script-src 'self';" in policy
        assert "connect-src 'self' wss://meet.test wss://other.test https://store.test;" in policy
        assert "img-src 'self' blob: data: https://store.test;" in policy
        assert "unsafe" not in policy
        assert page.headers["cache-control"] == "no-store"
        nonces.append(nonce)
    assert nonces[0] != nonces[1]


async def test_hashed_files_are_kept_for_ever_and_packed_where_possible(
    site: httpx.AsyncClient,
) -> None:
    async with site.stream(
        "GET", "/assets/app-1a2b.js", headers={"Accept-Encoding": "br"}
    ) as packed:
        assert b"".join([part async for part in packed.aiter_raw()]) == b"packed"
    plain = await site.get("/assets/app-1a2b.js", headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "br"
    assert packed.headers["content-length"] == "6"
    assert packed.headers["content-type"].startswith("text/javascript")
    assert "immutable" in packed.headers["cache-control"]
    assert "Accept-Encoding" in packed.headers["vary"]
    assert plain.text == "x" * 100


async def test_files_have_their_kind(site: httpx.AsyncClient) -> None:
    manifest = await site.get("/manifest.webmanifest")

    assert manifest.headers["content-type"] == "application/manifest+json"
    assert manifest.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    ["/../secret", "/%2e%2e/secret", "/assets/..%2f..%2fsecret", "/a%00b", "/assets/none.js"],
)
async def test_nothing_outside_the_folder_is_served(site: httpx.AsyncClient, path: str) -> None:
    request = site.build_request("GET", "/")
    request.url = request.url.copy_with(raw_path=path.encode())

    answer = await site.send(request)

    assert answer.status_code == 404
    assert "secret" not in answer.text


async def test_an_alias_opened_in_a_browser_is_a_page(site: httpx.AsyncClient) -> None:
    page = await site.get("/meetings/tea", headers=HTML)
    answer = await site.get("/meetings/tea")

    assert 'id="root"' in page.text
    assert answer.json()["path"] == "/rooms/tea"


async def test_the_page_of_the_api_has_its_own_policy(site: httpx.AsyncClient) -> None:
    for path in ("/api/docs", "/docs/", "/docs/index.html"):
        page = await site.get(path)
        assert page.text == "<div id=api></div>"
        assert "style-src 'self' 'unsafe-inline'" in page.headers["content-security-policy"]
    assert (await site.get("/docs/init.js")).text == "1"


async def test_a_client_that_is_not_built_is_explained(gateway: httpx.AsyncClient) -> None:
    for path in ("/", "/api/docs"):
        answer = await gateway.get(path, headers=HTML)

        assert answer.status_code == 503
        assert "npm --prefix web run build" in answer.text
        assert "CONVO_GATEWAY_WEB_DIR" in answer.text
