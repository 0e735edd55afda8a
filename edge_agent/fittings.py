"""What hangs on the box, looked at for `loa agent doctor`: sound card, mixer, relay, button, microphone. Reads only."""

import array
import importlib.util
import math
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from edge_agent.box_settings import BoxSettings, MicrophoneSettings
from edge_agent.checks import Check, fault, good, warning
from edge_agent.runtime.mixer import CommandVolume

CARDS = Path("/proc/asound/cards")
_LISTEN_S = 1.5
_LISTEN_BYTES = 48_000
"""Half a second of 16-bit mono at 48 kHz."""
_FULL = 32768.0
CONSUMER = "loa-agent"
"""Who holds a GPIO line while the agent runs (edge_agent/runtime/gpio.py)."""


def sound(box: BoxSettings) -> Iterator[Check]:
    """Card, mixer, relay of streams, microphone."""
    if importlib.util.find_spec("soundfile") is None:
        yield fault("Âm thanh", "thiếu thư viện soundfile. Hãy cài lại: scripts/install-edge")
        return
    yield card()
    if box.mixer is None:
        yield warning(
            "Âm lượng", "box.toml không có [mixer]: âm lượng không chỉnh từ xa được. Xem tên nút: amixer scontrols"
        )
    else:
        percent = CommandVolume(box.mixer).percent()
        if percent is None:
            command = "amixer scontrols" if box.mixer.kind == "amixer" else "pactl list short sinks"
            yield fault(
                "Âm lượng", f"{box.mixer.kind} không trả lời cho “{box.mixer.control}”. Xem tên đúng: {command}"
            )
        elif percent == 0:
            yield warning("Âm lượng", "0 %: loa sẽ câm. Chỉnh từ đài, hoặc: alsamixer")
        else:
            yield good("Âm lượng", f"{percent} %")
    if shutil.which("mpv"):
        yield good("Tiếp âm", "có mpv")
    else:
        yield warning("Tiếp âm", "không có mpv: không tiếp âm được. Hãy cài: apt install mpv")
    yield microphone(box.microphone)


def card(cards: Path = CARDS) -> Check:
    """The card that would play; a box with nothing but HDMI has a card and no sound."""
    from edge_agent.sound.card import card_name  # noqa: PLC0415  the library may be missing: that was looked at before

    names = card_names(cards)
    if card_name() is None:
        return fault("Card âm thanh", "không thấy. Cắm USB audio hoặc DAC HAT rồi xem: aplay -l")
    if names and all("hdmi" in name.lower() for name in names):
        return warning(
            "Card âm thanh", "chỉ có HDMI, thường không nối với loa. Cắm USB audio hoặc DAC HAT; xem: aplay -l"
        )
    return good("Card âm thanh", f"mở được ({', '.join(names)})" if names else "mở được thiết bị mặc định")


def card_names(cards: Path) -> list[str]:
    """Names as the kernel lists them; empty where only a sound server is known."""
    try:
        lines = cards.read_text(errors="replace").splitlines()
    except OSError:
        return []
    return [line.partition("]: ")[2].strip() for line in lines if "]: " in line]


def microphone(settings: MicrophoneSettings | None) -> Check:
    """Half a second is recorded: a microphone that gives only zeros is none."""
    name = "Micro tự kiểm tra"
    if settings is None:
        return warning(name, "box.toml không có [microphone]: không biết loa câm hay rè")
    try:
        with subprocess.Popen(settings.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as recorder:
            try:
                data, words = recorder.communicate(timeout=_LISTEN_S)
            except subprocess.TimeoutExpired:
                recorder.terminate()  # it would go on for ever
                data, words = recorder.communicate()
    except FileNotFoundError:
        return fault(name, f"không có lệnh {settings.command[0]}. Hãy cài: apt install alsa-utils")
    except OSError as error:
        return fault(name, f"{settings.command[0]} không chạy được ({error.strerror})")
    samples = array.array("h", data[: min(len(data), _LISTEN_BYTES) // 2 * 2])
    if not samples:
        said = words.decode(errors="replace").strip().splitlines()
        return fault(name, f"không thu được gì ({said[-1] if said else 'không có lời báo'}). Xem: arecord -l")
    level = math.sqrt(sum(sample * sample for sample in samples) / len(samples)) / _FULL
    if level == 0:
        return fault(name, "chỉ thu được im lặng tuyệt đối: micro bị tắt tiếng hoặc chưa cắm. Xem: alsamixer, F4")
    return good(name, f"thu được, mức {20 * math.log10(level):.0f} dBFS")


def gpio(box: BoxSettings) -> Iterator[Check]:
    """The relay and the button, where box.toml names them."""
    for name, chip, line in (
        ("Rơ-le công suất", *((box.amplifier.chip, box.amplifier.line) if box.amplifier else (None, 0))),
        ("Nút dừng", *((box.button.chip, box.button.line) if box.button else (None, 0))),
    ):
        if chip is None:
            yield warning(name, "không khai báo trong box.toml")
        else:
            yield _line(name, chip, line)


def _line(name: str, chip: str, line: int) -> Check:
    if not Path(chip).exists():
        return fault(name, f"không có {chip}. Xem: gpiodetect (Raspberry Pi 5 dùng chip khác)")
    if not os.access(chip, os.R_OK | os.W_OK):
        return fault(name, f"không có quyền với {chip}. Hãy cho người dùng loa-agent vào nhóm gpio rồi khởi động lại")
    if importlib.util.find_spec("gpiod") is None:
        return fault(name, "thiếu thư viện gpiod. Hãy cài lại: scripts/install-edge")
    import gpiod  # noqa: PLC0415  may be missing on this box: that is what was looked at

    try:
        with gpiod.Chip(chip) as opened:
            info = opened.get_line_info(line)
    except (OSError, ValueError) as error:
        return fault(name, f"không đọc được chân {line} của {chip} ({error}). Xem: gpioinfo")
    if info.used and info.consumer != CONSUMER:
        return fault(name, f"chân {line} đang do “{info.consumer}” giữ. Chọn chân khác trong box.toml; xem: gpioinfo")
    return good(name, f"chân {line} của {chip}; nghe thử bằng lệnh âm thử từ đài")
