"""One OpenAPI document out of those of all services. Pure: documents in, a document out."""

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

from gateway.rest.routing import ALIASES, NoSuchAddress, resolve

Document = dict[str, Any]

_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch"})
_REF = "#/components/"

PUBLIC = frozenset(
    {
        ("post", "/api/auth/register"),
        ("post", "/api/auth/login"),
        ("post", "/api/auth/refresh"),
        ("post", "/api/auth/logout"),
        ("get", "/api/media/pictures/{file_id}"),
    }
)
"""Operations that need no token."""

PROBLEM: Document = {
    "type": "object",
    "description": "Why a request was not met (RFC 9457).",
    "required": ["type", "title", "status", "detail", "message", "code", "traceId"],
    "properties": {
        "type": {"type": "string", "description": "Address of the kind of problem."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "message": {"type": "string", "description": "The same as `detail`."},
        "code": {"type": "string", "description": "Stable, kebab-case; for programs."},
        "traceId": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "What is wrong where, with 422.",
            "items": {
                "type": "object",
                "required": ["path", "message"],
                "properties": {"path": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}

_REFUSALS = {
    "400": "Malformed",
    "401": "No token, or a bad one",
    "429": "Too many requests; `Retry-After` says when to try again",
    "503": "Something is away; `Retry-After` says when to try again",
    "default": "Any other refusal",
}


def merge(documents: Mapping[str, Document]) -> Document:
    """The public contract: services' paths as the gateway offers them, and their aliases."""
    paths: dict[str, Document] = {}
    schemas: Document = {"Problem": PROBLEM}
    for service, document in documents.items():
        named = renamed(document, service)
        for inside, item in named.get("paths", {}).items():
            path = _public(inside, service)
            if path is not None:
                paths[path] = _item(path, item, service)
        schemas.update(named.get("components", {}).get("schemas", {}))
    _add_aliases(paths)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ConvoConnect",
            "version": version("convo-gateway"),
            "description": "Video calls, chat and scheduling on a server of your own.",
        },
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
        },
    }


def _public(inside: str, service: str) -> str | None:
    """The address outside of a service's path; None when there is none."""
    path = f"/api{inside}"
    try:
        target = resolve("GET", path.replace("{", "").replace("}", ""))
    except NoSuchAddress:
        return None
    return path if target is not None and target.service == service else None


def _item(path: str, item: Document, service: str) -> Document:
    return {
        name: _operation(path, name, value, service) if name in _METHODS else value
        for name, value in item.items()
    }


def _operation(path: str, method: str, operation: Document, service: str) -> Document:
    refusals = {
        status: {
            "description": description,
            "content": {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            },
        }
        for status, description in {
            **_REFUSALS,
            **{
                status: answer.get("description", "Refused")
                for status, answer in operation.get("responses", {}).items()
                if status >= "400" and status != "default"
            },
        }.items()
    }
    answers = {k: v for k, v in operation.get("responses", {}).items() if k < "400"}
    told = {**operation, "responses": {**answers, **refusals}}
    if "operationId" in operation:
        told["operationId"] = f"{service}_{operation['operationId']}"
    told["security"] = [] if (method, path) in PUBLIC else [{"bearer": []}]
    return told


def _add_aliases(paths: dict[str, Document]) -> None:
    offered = {_unnamed(path): path for path in paths}
    for alias in ALIASES:
        canonical = offered.get(_unnamed(alias.canonical))
        method = alias.method.lower()
        if canonical is None or method not in paths[canonical]:
            continue
        operation = dict(paths[canonical][method])
        operation["summary"] = f"The same as {alias.method} {alias.canonical}"
        if "operationId" in operation:
            operation["operationId"] += alias.path.replace("/", "_").translate(_NO_BRACES)
        parameter = canonical[canonical.find("{") :].partition("/")[0]
        path = alias.path.replace("{roomId}", parameter)
        paths.setdefault(path, {})[method] = operation


_NO_BRACES = str.maketrans("", "", "{}")


def _unnamed(path: str) -> str:
    """The path with every parameter called the same, since services name them themselves."""
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


def renamed(document: Document, service: str) -> Document:
    """The document with component names that no other service uses."""

    def name(old: str) -> str:
        return f"{service.title()}{old}"

    told = _with_refs(document, lambda ref: _REF + "/".join((*_place(ref), name(_last(ref)))))
    schemas = told.get("components", {}).get("schemas", {})
    renamed = {name(old): schema for old, schema in schemas.items()}
    return {**told, "components": {"schemas": renamed}}


def _place(ref: str) -> list[str]:
    return ref.removeprefix(_REF).split("/")[:-1]


def _last(ref: str) -> str:
    return ref.rpartition("/")[2]


def _with_refs(node: Any, renamed: Callable[[str], str]) -> Any:
    """A copy in which every reference to a component is another one."""
    if isinstance(node, dict):
        return {key: _with_refs(value, renamed) for key, value in node.items()}
    if isinstance(node, list):
        return [_with_refs(value, renamed) for value in node]
    # A discriminator's mapping holds references too, as plain strings.
    if isinstance(node, str) and node.startswith(_REF):
        return renamed(node)
    return node
