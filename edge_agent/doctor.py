"""What works on this box, in words that a technician uses. Reads only; may run beside the agent."""

import os
import platform
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx

from edge_agent import fittings
from edge_agent.box_settings import BoxSettings, load_box
from edge_agent.checks import Check, Verdict, fault, good, warning
from edge_agent.errors import AgentError
from edge_agent.folder import DATABASE
from edge_agent.identity import IDENTITY_FILE, KEY_FILE, Identity, load_key
from edge_agent.ports import ClockSource
from edge_agent.runtime.box import BoxHealth
from edge_agent.runtime.clock import SystemClock, rtc_present

MOUNTS = Path("/proc/mounts")
_FORGETFUL = frozenset({"tmpfs", "ramfs", "overlay", "overlayfs"})
"""Of a read-only root: what is written there is gone with the power."""
_HOT_C = 75.0
_LITTLE_MB = 500


def examine(state: Path) -> Iterator[Check]:
    """Look at everything, the quick things first."""
    yield _machine()
    yield from _place(state)
    try:
        box = load_box(state)
    except AgentError as error:
        yield Check("Tệp box.toml", Verdict.FAULT, str(error))
        box = BoxSettings()
    yield from _enrolment(state)
    yield _memory(state)
    yield _clock(box)
    yield from fittings.sound(box)
    yield from fittings.gpio(box)
    yield from _body(state)
    yield from _service()


def _machine() -> Check:
    words = f"Python {platform.python_version()}, {platform.machine()}"
    if sys.maxsize <= 2**32:
        return Check("Máy", Verdict.FAULT, f"{words}: cần hệ điều hành 64-bit (Raspberry Pi OS 64-bit).")
    return Check("Máy", Verdict.GOOD, words)


def _place(state: Path, mounts: Path = MOUNTS) -> Iterator[Check]:
    """Whether what is written there is still there after a power cut."""
    name = "Nơi lưu"
    if not state.exists():
        yield fault(name, f"chưa có thư mục {state}. Hãy cài bằng gói loa-agent hoặc scripts/install-edge")
        return
    kind, options = _mounted(state, mounts)
    if kind in _FORGETFUL:
        words = f"{state} nằm trên {kind}: mất điện là mất lịch, khóa và báo cáo. Gắn một phân vùng riêng vào {state}"
        yield fault(name, words)
    elif "ro" in options:
        yield fault(name, f"{state} chỉ đọc được. Gắn lại phân vùng: mount -o remount,rw {state}")
    elif not os.access(state, os.W_OK):
        yield warning(name, f"người dùng này không ghi được vào {state}: hãy khám bằng sudo")
    else:
        yield good(name, f"{state}, {kind or 'không rõ loại'}")


def _mounted(path: Path, mounts: Path) -> tuple[str, set[str]]:
    """File system and mount options of the place; empty where the kernel does not say."""
    found: tuple[str, str, set[str]] = ("", "", set())
    try:
        lines = mounts.read_text(errors="replace").splitlines()
    except OSError:
        return "", set()
    for line in lines:
        fields = line.split(" ")
        if len(fields) >= 4 and path.resolve().is_relative_to(fields[1]) and len(fields[1]) >= len(found[0]):
            found = (fields[1], fields[2], set(fields[3].split(",")))
    return found[1], found[2]


def _service() -> Iterator[Check]:
    """The unit, where there is a systemd to ask."""
    if not Path("/run/systemd/system").is_dir():
        return
    said = subprocess.run(
        ["systemctl", "is-active", "loa-agent"], capture_output=True, text=True, check=False, timeout=10
    ).stdout.strip()
    if said == "active":
        yield good("Dịch vụ", "loa-agent đang chạy")
    else:
        yield fault("Dịch vụ", f"loa-agent không chạy ({said or 'không rõ'}). Xem: journalctl -u loa-agent -n 50")


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
    name, source = "Đồng hồ", SystemClock(trust_rtc=box.trust_rtc).source()
    if source is ClockSource.NTP:
        if not rtc_present():
            words = "đồng bộ NTP, không có đồng hồ pin: mất điện mà không có mạng thì không phát theo lịch. Nên gắn RTC (DS3231)"
            return warning(name, words)
        if not box.trust_rtc:
            return warning(name, "đồng bộ NTP, có đồng hồ pin (RTC) nhưng box.toml chưa ghi trust_rtc = true")
        return good(name, "đồng bộ NTP, có đồng hồ pin (RTC)")
    if source is ClockSource.RTC:
        return good(name, "theo đồng hồ pin (RTC); chưa đồng bộ NTP")
    words = (
        "chưa đồng bộ: máy hỏi giờ của đài; mất điện mà không có mạng thì không phát theo lịch. Nên gắn RTC (DS3231)."
    )
    return warning(name, words)


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
