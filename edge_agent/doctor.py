"""What works on this box, in words that a technician uses. Reads only; may run beside the agent."""

import importlib.util
import platform
import shutil
import socket
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import httpx

from edge_agent.box_settings import BoxSettings, load_box
from edge_agent.errors import AgentError
from edge_agent.folder import DATABASE
from edge_agent.identity import IDENTITY_FILE, KEY_FILE, Identity, load_key
from edge_agent.ports import ClockSource
from edge_agent.runtime.box import BoxHealth
from edge_agent.runtime.clock import SystemClock, rtc_present
from edge_agent.runtime.mixer import CommandVolume

_HOT_C = 75.0
_LITTLE_MB = 500


class Verdict(StrEnum):
    """How it is."""

    GOOD = "tốt"
    WARNING = "lưu ý"
    FAULT = "hỏng"


@dataclass(frozen=True)
class Check:
    """One thing looked at: what it is, how it is, and what to do."""

    name: str
    verdict: Verdict
    words: str


def examine(state: Path) -> Iterator[Check]:
    """Look at everything, the quick things first."""
    yield _machine()
    try:
        box = load_box(state)
    except AgentError as error:
        yield Check("Tệp box.toml", Verdict.FAULT, str(error))
        box = BoxSettings()
    yield from _enrolment(state)
    yield _memory(state)
    yield _clock(box)
    yield from _sound(box)
    yield from _gpio(box)
    yield from _body(state)


def _machine() -> Check:
    words = f"Python {platform.python_version()}, {platform.machine()}"
    if sys.maxsize <= 2**32:
        return Check("Máy", Verdict.FAULT, f"{words}: cần hệ điều hành 64-bit (Raspberry Pi OS 64-bit).")
    return Check("Máy", Verdict.GOOD, words)


def _enrolment(state: Path) -> Iterator[Check]:
    try:
        identity = Identity.load(state)
        load_key(state)
    except AgentError as error:
        yield Check("Ghép với đài", Verdict.FAULT, str(error))
        return
    open_to_others = [name for name in (IDENTITY_FILE, KEY_FILE) if (state / name).stat().st_mode & 0o077]
    if open_to_others:
        words = f"{', '.join(open_to_others)} đọc được bởi người khác. Hãy chạy: chmod 600"
        yield Check("Khóa của máy", Verdict.FAULT, words)
    yield Check(
        "Ghép với đài",
        Verdict.GOOD,
        f"{identity.answer.name} ({identity.answer.device_id}), đài {identity.answer.station}",
    )
    try:
        status = httpx.get(identity.station_url, timeout=10.0).status_code
        yield Check("Đài qua HTTP", Verdict.GOOD, f"{identity.station_url} trả lời ({status})")
    except httpx.HTTPError as error:
        words = f"{identity.station_url} không trả lời ({type(error).__name__}). Kiểm tra mạng, SIM, địa chỉ đài."
        yield Check("Đài qua HTTP", Verdict.FAULT, words)
    broker = identity.answer.broker
    try:
        socket.create_connection((broker.host, broker.port), timeout=10.0).close()
        yield Check("Máy chủ tin (MQTT)", Verdict.GOOD, f"{broker.host}:{broker.port} mở")
    except OSError as error:
        words = f"{broker.host}:{broker.port} không mở ({error}). Loa vẫn phát theo lịch đã tải; lệnh mới đến chậm qua HTTP."
        yield Check("Máy chủ tin (MQTT)", Verdict.FAULT, words)


def _memory(state: Path) -> Check:
    database = state / DATABASE
    if not database.exists():
        return Check("Bộ nhớ lịch", Verdict.WARNING, "chưa có: máy chưa chạy lần nào")
    bad = len(list(state.glob(f"{DATABASE}.bad-*")))
    try:
        db = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)
        try:
            sound = db.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
            waiting = db.execute("SELECT count(*) FROM events").fetchone()[0]
        finally:
            db.close()
    except sqlite3.Error as error:
        return Check("Bộ nhớ lịch", Verdict.FAULT, f"không đọc được ({error}); máy sẽ tự lập lại khi khởi động")
    if not sound:
        return Check("Bộ nhớ lịch", Verdict.FAULT, "hỏng; máy sẽ tự lập lại khi khởi động. Thẻ SD có thể sắp hỏng.")
    if bad:
        return Check(
            "Bộ nhớ lịch", Verdict.WARNING, f"đã hỏng {bad} lần trước đây: nên thay thẻ SD; {waiting} báo cáo chờ gửi"
        )
    return Check("Bộ nhớ lịch", Verdict.GOOD, f"{waiting} báo cáo chờ gửi")


def _clock(box: BoxSettings) -> Check:
    source = SystemClock(trust_rtc=box.trust_rtc).source()
    if source is ClockSource.NTP:
        return Check("Đồng hồ", Verdict.GOOD, "đồng bộ NTP" + (", có đồng hồ pin (RTC)" if rtc_present() else ""))
    if source is ClockSource.RTC:
        return Check("Đồng hồ", Verdict.GOOD, "theo đồng hồ pin (RTC); chưa đồng bộ NTP")
    words = (
        "chưa đồng bộ: máy hỏi giờ của đài; mất điện mà không có mạng thì không phát theo lịch. Nên gắn RTC (DS3231)."
    )
    return Check("Đồng hồ", Verdict.WARNING, words)


def _sound(box: BoxSettings) -> Iterator[Check]:
    if importlib.util.find_spec("soundfile") is None:
        yield Check("Âm thanh", Verdict.FAULT, "thiếu thư viện soundfile. Hãy cài lại: scripts/install-edge")
        return
    from edge_agent.sound.card import card_name  # noqa: PLC0415  may be missing on this box: that is what is looked at

    if card_name() is None:
        yield Check("Card âm thanh", Verdict.FAULT, "không thấy. Cắm USB audio, hoặc xem: aplay -l")
    else:
        yield Check("Card âm thanh", Verdict.GOOD, "mở được thiết bị mặc định")
    if box.mixer is None:
        yield Check("Âm lượng", Verdict.WARNING, "box.toml không có [mixer]: âm lượng không chỉnh từ xa được")
    else:
        percent = CommandVolume(box.mixer).percent()
        good = percent is not None
        yield Check(
            "Âm lượng",
            Verdict.GOOD if good else Verdict.FAULT,
            f"{percent} %" if good else f"{box.mixer.kind} không trả lời",
        )
    player = shutil.which("mpv")
    words = "có mpv" if player else "không có mpv: không tiếp âm được. Hãy cài: apt install mpv"
    yield Check("Tiếp âm", Verdict.GOOD if player else Verdict.WARNING, words)
    if box.microphone is None:
        yield Check("Micro tự kiểm tra", Verdict.WARNING, "box.toml không có [microphone]: không biết loa câm hay rè")
    elif shutil.which(box.microphone.command[0]) is None:
        yield Check("Micro tự kiểm tra", Verdict.FAULT, f"không có lệnh {box.microphone.command[0]}")


def _gpio(box: BoxSettings) -> Iterator[Check]:
    for name, chip in (
        ("Rơ-le công suất", box.amplifier.chip if box.amplifier else None),
        ("Nút dừng", box.button.chip if box.button else None),
    ):
        if chip is None:
            yield Check(name, Verdict.WARNING, "không khai báo trong box.toml")
        elif not Path(chip).exists():
            yield Check(name, Verdict.FAULT, f"không có {chip}")
        else:
            yield Check(name, Verdict.GOOD, f"khai báo ở {chip}; nghe thử bằng lệnh âm thử từ đài")


def _body(state: Path) -> Iterator[Check]:
    found = BoxHealth(state if state.exists() else Path("/"), None).measure()
    if found.disk_free_mb is not None:
        little = found.disk_free_mb < _LITTLE_MB
        yield Check("Thẻ nhớ", Verdict.WARNING if little else Verdict.GOOD, f"còn {found.disk_free_mb} MB")
    if found.temperature_c is None:
        yield Check("Nhiệt độ", Verdict.WARNING, "không đo được trên máy này")
    else:
        hot = found.temperature_c > _HOT_C
        yield Check("Nhiệt độ", Verdict.WARNING if hot else Verdict.GOOD, f"{found.temperature_c:.0f} °C")
    if found.under_voltage:
        yield Check("Nguồn", Verdict.FAULT, "điện áp thấp: thay nguồn 5 V/3 A và dây ngắn hơn")
    elif found.under_voltage is not None:
        yield Check("Nguồn", Verdict.GOOD, "đủ điện áp")
