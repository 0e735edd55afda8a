"""Trying a radio's address from the station: does sound come from it, and if none does, what comes instead?

The speakers fetch the radio themselves, so this is no promise; but a mistyped address is found before a leader is asked.
"""

from dataclasses import dataclass

import httpx
import numpy as np

from server.programmes.relays import checked_url
from voices.errors import BadSoundError
from voices.ffmpeg import run_ffmpeg

_ANSWER_S = 8.0
_LISTEN_S = 3
_FFMPEG_S = 20.0
_RATE_HZ = 8000
_PROTOCOLS = "http,https,tcp,tls,crypto"
"""What a playlist may lead to: never a file of this machine."""
_HEARD = 100
"""Of 32,767: below it there is nothing to hear."""


@dataclass(frozen=True)
class Trial:
    """What became of it; `message` is Vietnamese and says what to do."""

    url: str
    sounds: bool
    message: str


def try_address(url: str) -> Trial:
    """Ask the address and listen for three seconds. Half a minute at most. Raises InvalidInputError (no address of a radio)."""
    url = checked_url(url)
    problem = _ask(url)
    if problem:
        return Trial(url, sounds=False, message=problem)
    try:
        pcm, _ = run_ffmpeg(
            ["-rw_timeout", f"{_ANSWER_S * 1e6:.0f}", "-protocol_whitelist", _PROTOCOLS, "-t", str(_LISTEN_S), "-i", url,
             "-vn", "-ac", "1", "-ar", str(_RATE_HZ), "-f", "s16le", "-"],
            limit_s=_FFMPEG_S,
        )  # fmt: skip
    except BadSoundError:
        return Trial(
            url,
            sounds=False,
            message="Địa chỉ có trả lời nhưng đài không nghe được âm thanh. Hãy hỏi lại địa chỉ luồng.",
        )
    samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2")
    if not len(samples):
        return Trial(url, sounds=False, message="Luồng mở được nhưng không có âm thanh. Hãy hỏi lại địa chỉ luồng.")
    if np.abs(samples.astype(np.int32)).max() < _HEARD:
        return Trial(
            url, sounds=True, message="Luồng mở được nhưng lúc này đang im lặng. Hãy thử lại vào giờ có chương trình."
        )
    return Trial(url, sounds=True, message="Nghe được âm thanh.")


def _ask(url: str) -> str:
    """What is wrong with the answer, "" when nothing is."""
    try:
        with httpx.stream("GET", url, timeout=_ANSWER_S, follow_redirects=True) as answer:
            if answer.is_error:
                return f"Máy chủ từ chối (mã {answer.status_code}). Hãy kiểm tra từng chữ của địa chỉ."
            if answer.headers.get("content-type", "").startswith("text/html"):
                return "Đó là một trang web, không phải luồng âm thanh. Địa chỉ luồng thường kết thúc bằng .m3u8, .mp3 hoặc .aac."
    except httpx.TimeoutException:
        return f"Không trả lời trong {_ANSWER_S:.0f} giây. Hãy thử lại, hoặc dùng địa chỉ khác."
    except (httpx.HTTPError, httpx.InvalidURL):
        return "Không kết nối được. Hãy kiểm tra địa chỉ và đường mạng của đài."
    return ""
