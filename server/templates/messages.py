"""Messages with blanks ("mất nước", "họp thôn"), for village heads to complete on a phone. The data is messages.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from functools import cache
from pathlib import Path

from server.errors import InvalidInputError, NotFoundError

_FILE = Path(__file__).parent / "messages.toml"
_LONGEST = 300
_WEEKDAYS = ("thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật")


class BlankKind(StrEnum):
    """What goes into a blank."""

    TEXT = "text"
    DATE = "date"  # 2026-12-25
    TIME = "time"  # 19:30
    NUMBER = "number"


@dataclass(frozen=True)
class Blank:
    """A place to fill."""

    name: str
    label: str
    kind: BlankKind


@dataclass(frozen=True)
class Message:
    """A ready-made message."""

    id: str
    title: str
    field: str
    text: str
    blanks: tuple[Blank, ...]


@cache
def messages() -> Mapping[str, Message]:
    """All of them by id, in the file's order."""
    with _FILE.open("rb") as file:
        rows = tomllib.load(file)["message"]
    return {
        row["id"]: Message(
            id=row["id"],
            title=row["title"],
            field=row["field"],
            text=row["text"],
            blanks=tuple(Blank(one["name"], one["label"], BlankKind(one["kind"])) for one in row["blanks"]),
        )
        for row in rows
    }


def find(message_id: str) -> Message:
    """The message of that id. Raises NotFoundError."""
    found = messages().get(message_id)
    if found is None:
        raise NotFoundError("Không có mẫu thông báo này. Hãy chọn một mẫu trong danh sách.")
    return found


def fill(message: Message, values: Mapping[str, str], place: str) -> str:
    """The message in words; `place` is the village's name. Raises InvalidInputError naming the blank that is wrong."""
    words = {blank.name: _said(blank, values.get(blank.name, "")) for blank in message.blanks}
    return message.text.format(thon=place, **words)


def _said(blank: Blank, value: str) -> str:
    value = " ".join(value.split())
    if not value:
        raise InvalidInputError(f"Chưa điền: {blank.label}.")
    if len(value) > _LONGEST:
        raise InvalidInputError(f"{blank.label}: dài quá {_LONGEST} ký tự. Hãy viết gọn lại.")
    try:
        if blank.kind is BlankKind.DATE:
            day = date.fromisoformat(value)
            return f"{_WEEKDAYS[day.weekday()]}, {day:%d/%m/%Y}"
        if blank.kind is BlankKind.TIME:
            at = time.fromisoformat(value)
            return f"{at.hour} giờ {at.minute:02d}" if at.minute else f"{at.hour} giờ"
        if blank.kind is BlankKind.NUMBER:
            return f"{int(value.replace('.', '')):,}".replace(",", ".")
    except ValueError as error:
        raise InvalidInputError(f"{blank.label}: “{value[:40]}” chưa đúng. Hãy chọn lại.") from error
    return value.rstrip(".")
