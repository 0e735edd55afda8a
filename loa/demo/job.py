"""The main job, step by step, as an officer and a leader would do it over the API."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from loa.client import ApiError, Client, wait_for
from loa.demo.show import Show
from loa.stage import SPEAKER_VILLAGE, Stage, deliveries_ended, spoken, upload

_ENDS = ("PLAYED", "CUT", "MISSED", "FAILED", "REJECTED", "CANCELLED", "SUPERSEDED", "EXPIRED", "WITHDRAWN")
_AHEAD_S = 6.0
"""How far ahead it is scheduled: time to publish, fetch, check and decode."""
_REPORT_GRACE_S = 30.0
_RENDER_LIMIT_S = 1800.0


class DemoFailedError(Exception):
    """The job could not be done; the message says at which step and why."""


@dataclass(frozen=True)
class Aired:
    """What the station knows when it is over."""

    script: list[str]
    production: dict[str, Any]
    occurrence: dict[str, Any]


def air(stage: Stage, document: Path, show: Show) -> Aired:
    """Document to the end of the broadcast on every speaker."""
    area_id = stage.area_id(SPEAKER_VILLAGE)
    commune_id = stage.area_id("khuoi-nan")
    with stage.client("canbo") as officer, stage.client("lanhdao") as leader:
        try:
            bulletin = upload(officer, document, commune_id)
        except ApiError as refusal:
            raise DemoFailedError(str(refusal)) from refusal
        show.script(bulletin["title"], bulletin["script"])
        version = bulletin["version"]["id"]
        production = _produce(officer, version, show)
        show.step(f"Nghe thử: {len(officer.download(f'/versions/{version}/audio')) // 1000} kB Opus")
        officer.post(f"/versions/{version}/submit")
        leader.post(f"/versions/{version}/approve", {"note": "Đồng ý phát"})
        start_at = datetime.now(UTC) + timedelta(seconds=_AHEAD_S)
        schedule = officer.post(
            "/schedules", {"version_id": version, "area_id": area_id, "start_at": start_at.isoformat(), "test": True}
        )
        show.step(f"Lãnh đạo đã duyệt; phát lúc {start_at.astimezone():%H:%M:%S} tại thôn Nà Ít")
        occurrence = _watch(officer, schedule["occurrences"][0], production["duration_ms"] / 1000, show)
    return Aired(script=spoken(bulletin["script"]), production=production, occurrence=occurrence)


def _produce(officer: Client, version: str, show: Show) -> dict[str, Any]:
    officer.post(f"/versions/{version}/production")

    def finished() -> dict[str, Any] | None:
        state: dict[str, Any] = officer.get(f"/versions/{version}/production")
        show.rendering(state["done"], state["total"])
        if state["status"] in {"failed", "cancelled"}:
            raise DemoFailedError(state["error"] or state["status"])
        return state if state["status"] == "ready" else None

    with show.progress():
        return wait_for(finished, seconds=_RENDER_LIMIT_S, what="đọc thành tiếng quá lâu (rendering)", every_s=0.3)


def _watch(officer: Client, occurrence: dict[str, Any], audio_s: float, show: Show) -> dict[str, Any]:
    """The occurrence when all have said how it ended, or as it is known when they had time enough.

    A station or speaker that dies meanwhile ends nothing: it may be started again, and the report tells what became of it.
    """
    last = occurrence

    def ended() -> dict[str, Any] | None:
        nonlocal last
        try:
            last = officer.get(f"/occurrences/{occurrence['id']}")
        except ApiError as error:
            if error.code != "unreachable":
                raise
            return None
        show.speakers(last["deliveries"])
        return last if deliveries_ended(last, _ENDS) else None

    with show.live():
        try:
            return wait_for(ended, seconds=_AHEAD_S + audio_s + _REPORT_GRACE_S, what="báo cáo", every_s=0.25)
        except TimeoutError:
            return last
