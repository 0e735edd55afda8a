"""A bulletin that real speakers sounded, made over the API as any program would."""

from datetime import UTC, datetime, timedelta

import pytest

from loa.client import wait_for
from loa.stage import Stage

BOTH = ("phone", pytest.param("desktop", marks=pytest.mark.long))
"""Sizes of screen for a path of many steps: the pages themselves are looked at in both sizes anyway."""
TITLE = "Lịch tiêm phòng cho trẻ em"
TEXT = "Mời bà con đưa trẻ em đi tiêm phòng. Bảy giờ sáng mai tại trạm y tế xã."
_SOON = timedelta(seconds=4)
_LONGEST_S = 90.0


def submitted(stage: Stage, title: str = TITLE, text: str = TEXT, who: str = "canbo") -> str:
    """The id of a version that waits for the leader, its audio ready."""
    document = stage.options.folder / "van-ban.txt"
    document.write_text(text)
    with stage.client(who) as author:
        version = author.upload("/bulletins", document, {"title": title})["version"]["id"]
        author.post(f"/versions/{version}/production")
        wait_for(
            lambda: author.get(f"/versions/{version}/production")["status"] == "ready" or None,
            seconds=_LONGEST_S,
            what="the audio",
        )
        author.post(f"/versions/{version}/submit")
    return str(version)


def aired(stage: Stage, area: str = "khuoi-nan") -> str:
    """The id of a version that the speakers have sounded to its end."""
    version = submitted(stage)
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
