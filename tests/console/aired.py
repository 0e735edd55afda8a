"""A bulletin that real speakers sounded, made over the API as any program would."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from loa.client import wait_for
from loa.stage import Stage

BOTH = ("phone", pytest.param("desktop", marks=pytest.mark.long))
"""Sizes of screen for a path of many steps: the pages themselves are looked at in both sizes anyway."""
TITLE = "Lịch tiêm phòng cho trẻ em"
TEXT = "Mời bà con đưa trẻ em đi tiêm phòng. Bảy giờ sáng mai tại trạm y tế xã."
_SOON = timedelta(seconds=8)
"""By then the order has arrived, whatever else the machine does: what is past is refused."""
_LONGEST_S = 90.0


@dataclass(frozen=True)
class Recording:
    """What a bulletin carries in another language."""

    path: Path
    language: str
    title: str


@contextmanager
def rules_of(stage: Stage, area: str, rules: dict[str, Any], *, after: dict[str, Any]) -> Iterator[None]:
    """The commune's leader sets rules for an area, and others when it is left, whatever happened meanwhile."""

    def put(wanted: dict[str, Any]) -> None:
        with stage.client("lanhdao") as leader:
            leader._answer(leader._send("PUT", f"/areas/{stage.area_id(area)}/policy", json=wanted))

    put(rules)
    try:
        yield
    finally:
        put(after)


def submitted(
    stage: Stage, title: str = TITLE, text: str = TEXT, who: str = "canbo", recording: Recording | None = None
) -> str:
    """The id of a version that waits for the leader, its audio ready."""
    document = stage.options.folder / "van-ban.txt"
    document.write_text(text)
    with stage.client(who) as author:
        version = author.upload("/bulletins", document, {"title": title})["version"]["id"]
        if recording is not None:
            fields = {"language": recording.language, "title": recording.title}
            author.upload(f"/versions/{version}/tracks", recording.path, fields)
        author.post(f"/versions/{version}/production")
        wait_for(
            lambda: author.get(f"/versions/{version}/production")["status"] == "ready" or None,
            seconds=_LONGEST_S,
            what="the audio",
        )
        author.post(f"/versions/{version}/submit")
    return str(version)


def aired(stage: Stage, area: str = "khuoi-nan", recording: Recording | None = None) -> str:
    """The id of a version that the speakers have sounded to its end."""
    version = submitted(stage, recording=recording)
    with stage.client("lanhdao") as leader:
        leader.post(f"/versions/{version}/approve", {"note": ""})
    with stage.client("canbo") as officer:
        at = datetime.now(UTC) + _SOON
        body = {"version_id": version, "area_id": stage.area_id(area), "start_at": at.isoformat()}
        occurrence = officer.post("/schedules", body)["occurrences"][0]["id"]
        wait_for(
            lambda: {d["state"] for d in officer.get(f"/occurrences/{occurrence}")["deliveries"]} == {"PLAYED"} or None,
            seconds=_LONGEST_S,
            what="the broadcast",
        )
    return version
