"""The description of the API for programs: what FastAPI derives, plus errors as they are, how to sign in, and examples."""

from collections.abc import Callable, Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

Schema = dict[str, Any]

_ID = "01998f2e-7c1a-7000-8000-3f6c2b9d1e55"
_EXAMPLES: dict[str, Any] = {
    "action": "approve",
    "after": "loa-na-it-1",
    "area": "na-it",
    "area_id": "na-it",
    "before": _ID,
    "claim_code": "7KQ2M-X9TRB",
    "code": "na-it",
    "commune": {"name": "Xã Khuổi Nằn", "code": "khuoi-nan"},
    "day": "2027-02-06",
    "edit_count": 0,
    "expires_at": "2026-12-01T18:00:00+07:00",
    "from": "2026-12-01T00:00:00+07:00",
    "id": _ID,
    "latitude": 22.67,
    "limit": 50,
    "longitude": 106.26,
    "name": "Thôn Nà Ít",
    "number": 3,
    "password": "một mật khẩu dài",
    "public_key": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "speaker_id": "loa-na-it-1",
    "start_at": "2026-12-01T17:00:00+07:00",
    "text": "Ủy ban nhân dân xã thông báo lịch họp thôn vào lúc 19 giờ 30 phút.",
    "title": "Thông báo họp thôn",
    "to": "2026-12-02T00:00:00+07:00",
    "until": "2026-12-31T17:00:00+07:00",
    "username": "canbo",
    "version_id": _ID,
}
"""Example of a field or parameter by its name, where its own declaration has none."""
_BY_TYPE: dict[str, Any] = {
    "string": "văn bản",
    "integer": 1,
    "number": 1.0,
    "boolean": True,
    "array": [],
    "object": {},
}
_BY_FORMAT = {
    "date": "2026-12-01",
    "date-time": "2026-12-01T17:00:00+07:00",
    "time": "17:00:00",
    "uuid": _ID,
    "binary": None,
}
_ERROR: Schema = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {
                    "type": "string",
                    "description": "A stable word for programs.",
                    "examples": ["not_found"],
                },
                "message": {
                    "type": "string",
                    "description": "Vietnamese, for the person: what happened and what to do.",
                    "examples": ["Không có bản tin này."],
                },
            },
        }
    },
}
_ERRORS = {
    "4XX": "Refused: `error.code` says why (bad_request, not_signed_in, forbidden, not_found, conflict, invalid_input, …).",
    "5XX": "Not done: `busy` passes by itself, `disk_full` needs a person.",
}
_UNSIGNED = ("/api/v1/sign-in", "/api/v1/setup", "/agent/")
"""Paths that ask for no session: signing in itself, the first set-up, and boxes, which prove themselves otherwise."""


def describing(app: FastAPI) -> Callable[[], Schema]:
    """A replacement for `app.openapi`: the description, made once."""

    def openapi() -> Schema:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    return openapi


def _described(app: FastAPI) -> Schema:
    schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    parts: Schema = schema.setdefault("components", {})
    schemas: Schema = parts.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Error"] = _ERROR
    parts["securitySchemes"] = {
        "session": {"type": "http", "scheme": "bearer", "description": "The token that POST /api/v1/sign-in gives."}
    }
    for path, operation in _operations(schema):
        answers: Schema = operation["responses"]
        answers.pop("422", None)
        for status, description in _ERRORS.items():
            content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
            answers[status] = {"description": description, "content": content}
        operation["security"] = [] if path.startswith(_UNSIGNED) else [{"session": []}]
        for parameter in operation.get("parameters", ()):
            _exemplify(parameter["name"], parameter["schema"])
    for part in schemas.values():
        for name, field in part.get("properties", {}).items():
            _exemplify(name, field)
            _say_local_time(field)
    return schema


def _operations(schema: Schema) -> Iterator[tuple[str, Schema]]:
    for path, methods in schema["paths"].items():
        for operation in methods.values():
            yield path, operation


def _say_local_time(field: Schema) -> None:
    """A time of day here has no zone: JSON Schema's `time` asks for one, RFC 3339 calls the other a partial-time."""
    for kind in (field, *field.get("anyOf", ())):
        if kind.get("format") == "time":
            kind["format"] = "partial-time"


def _exemplify(name: str, field: Schema) -> None:
    """Give a field an example unless its declaration says enough: an example, a closed list, a default, another schema."""
    if {"examples", "example", "enum", "const", "$ref", "default", "allOf"} & field.keys():
        return
    kinds = [field, *field.get("anyOf", ())]
    if any("$ref" in kind or "enum" in kind for kind in kinds):
        return
    if name in _EXAMPLES:
        example = _EXAMPLES[name]
    elif name.endswith("_id"):
        example = _ID
    else:
        example = next((made for kind in kinds if (made := _of_kind(kind)) is not None), None)
    if example is not None:
        field["examples"] = [example]


def _of_kind(kind: Schema) -> Any:
    if kind.get("format") in _BY_FORMAT:
        return _BY_FORMAT[kind["format"]]
    if kind.get("format"):
        return None
    made = _BY_TYPE.get(kind.get("type", ""))
    if isinstance(made, (int, float)) and not isinstance(made, bool):
        return max(made, kind.get("minimum", made))
    return made
