"""What people hand in: every format of phones and recorders, trimmed and levelled; everything else refused in plain words."""

import numpy as np
import pytest
import soundfile

from voices import BadSoundError, import_recording
from voices.ffmpeg import run_ffmpeg

RATE_HZ = 24_000
ENCODERS = {
    "wav": ["-c:a", "pcm_s16le"],
    "mp3": ["-c:a", "libmp3lame", "-b:a", "64k"],
    "m4a": ["-c:a", "aac", "-b:a", "64k"],
    "webm": ["-c:a", "libopus", "-b:a", "32k"],
    "ogg": ["-c:a", "libopus", "-b:a", "32k"],
}


def voice(seconds, level):
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    phase = 2 * np.pi * np.cumsum(200 + 30 * np.sin(2 * np.pi * 0.6 * t)) / RATE_HZ
    sound = sum(np.sin(phase * k + k * k) / k for k in range(1, 15)) * (
        0.3 + 0.7 * np.clip(np.sin(2 * np.pi * 3.5 * t), 0, 1)
    )
    return level * sound / np.abs(sound).max()


def recorded(tmp_path, kind="wav", level=0.3, *, seconds=4.0, silence_s=2.0):
    """Someone speaks for `seconds`, with silence and a little hiss before and after."""
    quiet = np.zeros(round(silence_s * RATE_HZ))
    samples = np.concatenate([quiet, voice(seconds, level), quiet])
    samples += np.random.default_rng(0).normal(0, 0.0003, len(samples))
    wav, path = tmp_path / "source.wav", tmp_path / f"ban-tay.{kind}"
    soundfile.write(wav, samples, RATE_HZ, subtype="PCM_16")
    run_ffmpeg(["-i", wav, *ENCODERS[kind], path])
    return path


@pytest.mark.usefixtures("each_ffmpeg")
@pytest.mark.parametrize("kind", ENCODERS)
def test_every_format_is_taken_trimmed_and_levelled(tmp_path, kind):
    taken = import_recording(recorded(tmp_path, kind), tmp_path / "tracks", language="tyz")
    assert taken.language == "tyz"
    assert taken.sound.name == f"{taken.sha256}.flac"
    assert 3_800 < taken.duration_ms < 4_900
    assert abs(taken.loudness_lufs + 19) < 1.5
    assert soundfile.info(taken.sound).samplerate == 48_000
    assert [path.name for path in (tmp_path / "tracks").iterdir()] == [taken.sound.name]


def test_loud_and_soft_voices_end_up_alike(tmp_path):
    loud, soft = (
        import_recording(recorded(tmp_path, level=level), tmp_path / "out", language="ium") for level in (0.9, 0.03)
    )
    assert abs(loud.loudness_lufs - soft.loudness_lufs) < 1.5


def test_a_voice_far_from_the_telephone_is_trimmed_like_a_near_one(tmp_path):
    near, far = (
        import_recording(recorded(tmp_path, level=level), tmp_path / "out", language="ium") for level in (0.5, 0.012)
    )
    assert abs(near.duration_ms - far.duration_ms) < 200


def test_six_channels_an_odd_rate_and_a_wrong_ending_do_not_matter(tmp_path):
    path = tmp_path / "sau-kenh.mp3"
    run_ffmpeg(["-i", recorded(tmp_path), "-ac", "6", "-ar", "11025", "-f", "ipod", "-c:a", "aac", path])
    taken = import_recording(path, tmp_path / "tracks", language="tyz")
    assert (soundfile.info(taken.sound).channels, soundfile.info(taken.sound).samplerate) == (1, 48_000)
    assert 3_800 < taken.duration_ms < 4_900


def test_a_browser_recording_without_a_length_is_taken(tmp_path):
    whole = recorded(tmp_path, "webm")
    live = tmp_path / "live.webm"
    run_ffmpeg(["-i", whole, "-c", "copy", "-f", "webm", "-live", "1", live])
    assert import_recording(live, tmp_path / "tracks", language="mtq").duration_ms > 3_800


def refused(tmp_path, content, message, name="tep.mp3"):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadSoundError, match=message):
        import_recording(path, tmp_path / "tracks", language="tyz")
    assert not (tmp_path / "tracks").exists() or list((tmp_path / "tracks").iterdir()) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "rỗng"),
        (b"Day la mot van ban, khong phai am thanh.", "không phải âm thanh"),
        (b"%PDF-1.7 ...", "không phải âm thanh"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "không phải âm thanh"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "hỏng"),
        (b"ID3\x04" + b"\x00" * 500, "hỏng"),
        (b"\x00\x00\x00\x18ftypM4A " + b"\xff" * 300, "hỏng"),
    ],
    ids=["empty", "text", "pdf", "playlist", "cut wav", "cut mp3", "cut m4a"],
)
def test_what_is_no_sound_is_refused(tmp_path, content, message):
    refused(tmp_path, content, message)


def test_half_an_upload_is_refused_or_short_but_never_a_crash(tmp_path):
    content = recorded(tmp_path, "m4a").read_bytes()
    refused(tmp_path, content[: len(content) // 2], "hỏng", "nua.m4a")


def test_silence_is_refused(tmp_path):
    path = tmp_path / "im.wav"
    soundfile.write(path, np.zeros(RATE_HZ * 5), RATE_HZ)
    with pytest.raises(BadSoundError, match="không có tiếng"):
        import_recording(path, tmp_path / "tracks", language="tyz")


def test_three_hours_are_refused(tmp_path):
    path = tmp_path / "ba-gio.flac"
    run_ffmpeg(["-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-t", "10800", "-c:a", "flac", path])
    with pytest.raises(BadSoundError, match="30 phút"):
        import_recording(path, tmp_path / "tracks", language="tyz")


def test_a_file_that_is_gone_is_told(tmp_path):
    with pytest.raises(BadSoundError, match="tải lên lại"):
        import_recording(tmp_path / "khong-co.mp3", tmp_path / "tracks", language="tyz")
