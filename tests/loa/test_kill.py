"""Kill −9 at many points of the job: every speaker still ends in a true state, and no start is heard twice."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loa.client import Client, wait_for
from loa.stage import SPEAKERS, Stage
from tests.heard import begins, recorded

ENDS = {"PLAYED", "CUT", "MISSED", "FAILED", "REJECTED", "CANCELLED", "SUPERSEDED", "EXPIRED", "WITHDRAWN"}
FIRST, SECOND, THIRD = (speaker for speaker, _ in SPEAKERS)
pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("stage")]
NOTICE = "Kính thưa bà con thôn Nà Ít.\nSáng mai, lúc 7 giờ, mời bà con đến nhà văn hóa họp thôn.\nXin cảm ơn."
MORE = "Bà con mang theo giấy tờ và đơn đã viết sẵn.\nAi vắng mặt thì gửi ý kiến cho trưởng thôn trước giờ họp."


def produced(stage: Stage, notice: str, *, kill_while_rendering: bool = False) -> str:
    """The version id of the notice, its audio ready."""
    with stage.client("canbo") as officer:
        path = stage.options.folder / "thong-bao.txt"
        path.write_text(notice)
        bulletin = officer.upload("/bulletins", path, {"area_id": stage.area_id("khuoi-nan")})
        version = bulletin["version"]["id"]
        officer.post(f"/versions/{version}/production")
    if kill_while_rendering:
        stage.children.kill("station")
        stage.start_station()
    with stage.client("canbo") as officer:
        wait_for(lambda: ready(officer, version), seconds=120, what="production")
    return str(version)


def ready(officer: Client, version: str) -> bool | None:
    status = officer.get(f"/versions/{version}/production")
    assert status["status"] not in {"failed", "cancelled"}, status
    return True if status["status"] == "ready" else None


def approved(stage: Stage, version: str) -> str:
    """The same version, which may be put on air now."""
    with stage.client("canbo") as officer, stage.client("lanhdao") as leader:
        officer.post(f"/versions/{version}/submit")
        leader.post(f"/versions/{version}/approve", {"note": ""})
    return version


def scheduled(stage: Stage, version: str, ahead_s: float) -> str:
    """The occurrence's id, scheduled for the village."""
    with stage.client("canbo") as officer:
        start_at = datetime.now(UTC) + timedelta(seconds=ahead_s)
        body = {
            "version_id": version,
            "area_id": stage.area_id("na-it"),
            "start_at": start_at.isoformat(),
            "test": True,
        }
        return str(officer.post("/schedules", body)["occurrences"][0]["id"])


def until(stage: Stage, occurrence: str, wanted, *, seconds: float = 90.0) -> dict[str, dict]:
    """The deliveries by speaker, once they are as wanted."""

    def question() -> dict[str, dict] | None:
        rows = officer.get(f"/occurrences/{occurrence}")["deliveries"]
        now = {row["speaker_id"]: row for row in rows}
        return now if wanted(now) else None

    with stage.client("canbo") as officer:  # once: to check a password takes longer than to answer
        return wait_for(question, seconds=seconds, what="states", every_s=0.2)


def ended(rows: dict[str, dict]) -> bool:
    return {row["state"] for row in rows.values()} <= ENDS


def opening(stage: Stage, version: str) -> tuple[np.ndarray, int]:
    """The first two seconds of the bulletin, and their rate: nothing else in it is like them."""
    with stage.client("canbo") as officer:
        opus = stage.options.folder / "heard.opus"
        opus.write_bytes(officer.download(f"/versions/{version}/audio"))
    sound, rate = soundfile.read(opus)
    first = int(np.flatnonzero(np.abs(sound) > 0.002)[0])
    return sound[first : first + 2 * rate], rate


def starts_heard(stage: Stage, bulletin: tuple[np.ndarray, int], speaker: str, since_s: float) -> int:
    """How often the bulletin's opening came out of that speaker since then, over all its recordings."""
    pattern, rate = bulletin
    total = 0
    for wav in filter(Path.exists, stage.wavs(speaker)):
        sound, wav_rate, epoch_s = recorded(wav)
        assert wav_rate == rate
        total += sum(epoch_s + frame / rate > since_s for frame in begins(sound, pattern, rate, alike=0.95))
    return total


def test_station_killed_while_rendering_and_right_after_scheduling(stage):
    began_s = time.time()
    version = approved(stage, produced(stage, NOTICE, kill_while_rendering=True))
    occurrence = scheduled(stage, version, ahead_s=12)
    stage.children.kill("station")
    stage.start_station()
    rows = until(stage, occurrence, ended, seconds=120)
    assert {row["state"] for row in rows.values()} == {"PLAYED"}
    bulletin = opening(stage, version)
    assert [starts_heard(stage, bulletin, speaker, began_s) for speaker in (FIRST, SECOND, THIRD)] == [1, 1, 1]


def test_agents_killed_before_and_during_play_station_killed_during_play(stage):
    version = approved(stage, produced(stage, f"{NOTICE}\n{MORE}"))
    bulletin = opening(stage, version)
    for _ in range(3):  # on a crowded machine it may end before it is killed: that proves nothing
        began_s = time.time()
        rows = killed_in_the_middle(stage, version, bulletin, began_s)
        if rows[SECOND]["state"] != "PLAYED":
            break
    assert rows[FIRST]["state"] == "PLAYED"
    assert rows[SECOND]["state"] == "CUT"
    assert rows[SECOND]["reason"] == "power"
    assert rows[THIRD]["state"] == "PLAYED"
    assert [starts_heard(stage, bulletin, speaker, began_s) for speaker in (FIRST, SECOND, THIRD)] == [1, 1, 1]


def killed_in_the_middle(stage, version, bulletin, began_s):
    """How a broadcast ends of which one speaker is killed before it, another one and the station while it sounds."""
    occurrence = scheduled(stage, version, ahead_s=20)  # for all of them to be ready before
    until(stage, occurrence, lambda rows: all(row["state"] == "READY" for row in rows.values()))
    stage.children.kill(FIRST)
    stage.start_speaker(FIRST)
    until(stage, occurrence, lambda rows: rows[SECOND]["state"] in {"PLAYING", "PLAYED"})
    wait_for(
        lambda: starts_heard(stage, bulletin, SECOND, began_s) or None, seconds=60, what="the opening", every_s=0.2
    )
    stage.children.kill(SECOND)
    stage.children.kill("station")
    stage.start_speaker(SECOND)
    stage.start_station()
    return until(stage, occurrence, ended, seconds=120)
