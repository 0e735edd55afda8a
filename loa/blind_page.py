"""A page on which a native listener rates clips without knowing whose they are."""

import base64
import json
import random
import tempfile
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import soundfile

from voices import Clip
from voices.ffmpeg import run_ffmpeg
from voices.pcm import to_pcm16

_PAGE = """<!doctype html>
<html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Nghe và chấm điểm giọng đọc</title>
<style>
 body {{ font: 18px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 1rem auto; padding: 0 1rem }}
 fieldset {{ border: 1px solid #999; border-radius: .4rem; margin: 1rem 0; padding: .8rem }}
 audio {{ width: 100% }} textarea {{ width: 100%; font: inherit }} label {{ margin-right: .8rem; white-space: nowrap }}
 button {{ font: inherit; padding: .6rem 1.2rem }}
</style>
<h1>Nghe và chấm điểm giọng đọc</h1>
<p>Nghe mỗi đoạn <b>một lần</b>, viết lại những gì nghe được, rồi cho điểm: 1 là không hiểu, 5 là rõ như phát thanh viên.
Xong bấm nút ở cuối và gửi tệp cho người nhờ bạn nghe.</p>
<form id="ratings">{clips}<p><button>Lưu kết quả</button></p></form>
<script>
document.getElementById("ratings").addEventListener("submit", event => {{
  event.preventDefault();
  const blob = new Blob([JSON.stringify(Object.fromEntries(new FormData(event.target)), null, 1)], {{type: "application/json"}});
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob); link.download = "cham-diem.json"; link.click();
}});
</script></html>
"""
_CLIP = """<fieldset><legend>Đoạn {number}</legend>
<audio controls preload="none" src="data:audio/ogg;base64,{sound}"></audio>
<p><textarea name="nghe-{number}" rows="2" placeholder="Nghe được gì?"></textarea></p>
<p>Dễ hiểu: {clear}</p><p>Tự nhiên: {natural}</p></fieldset>"""


def write_page(target: Path, clips: Mapping[str, Sequence[tuple[str, Clip]]], *, seed: int = 0) -> Path:
    """The page at `target`, and beside it, for who evaluates, which clip was whose. `clips`: voice → (text, clip) …

    Every text is heard once only, from a voice drawn at random, so that nobody understands the second because of the first.
    Returns the path of the key.
    """
    draw = random.Random(seed)  # noqa: S311  # a shuffle, no secret
    texts = sorted({text for spoken in clips.values() for text, _ in spoken})
    by_text = {
        text: [(voice, clip) for voice, spoken in clips.items() for said, clip in spoken if said == text]
        for text in texts
    }
    chosen = [(text, *draw.choice(options)) for text, options in by_text.items()]
    draw.shuffle(chosen)
    fields = [
        _CLIP.format(
            number=number, sound=_opus(clip), clear=_scale(f"ro-{number}"), natural=_scale(f"tu-nhien-{number}")
        )
        for number, (_, _, clip) in enumerate(chosen, 1)
    ]
    target.write_text(_PAGE.format(clips="\n".join(fields)), "utf-8")
    key = target.with_suffix(".key.json")
    answers = {str(number): {"voice": voice, "text": text} for number, (text, voice, _) in enumerate(chosen, 1)}
    key.write_text(json.dumps(answers, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return key


def _scale(name: str) -> str:
    return "".join(
        f'<label><input type="radio" name="{escape(name)}" value="{mark}"> {mark}</label>' for mark in range(1, 6)
    )


def _opus(clip: Clip) -> str:
    with tempfile.NamedTemporaryFile(suffix=".wav") as wav:
        soundfile.write(wav.name, to_pcm16(clip.samples), clip.rate_hz)
        filters = "loudnorm=I=-20:TP=-3"  # nobody is preferred for being loud
        sound, _ = run_ffmpeg(
            ["-i", wav.name, "-af", filters, "-ar", "48000", "-c:a", "libopus", "-b:a", "32k", "-f", "ogg", "-"]
        )
    return base64.b64encode(sound).decode()
