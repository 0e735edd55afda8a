"""The recogniser hears a real voice: what was said, what is missing, what was added, wherever it is cut."""

import os
import signal

import numpy as np
import pytest
import soundfile

from voices import BadSoundError, Clip, SpeechSettings, TimelineEntry, kokoro, listen, open_engine
from voices.ear import Ear
from voices.ffmpeg import run_ffmpeg

TEXTS = [
    "Kính thưa toàn thể bà con nhân dân trong xã.",
    "Đề nghị các hộ dân khơi thông cống rãnh, phát quang bụi rậm quanh nhà.",
]
GAP_MS = 500


@pytest.fixture(scope="module")
def spoken():
    """(clip, timeline) of two sentences by the default voice."""
    kokoro.install()
    engine = open_engine("kokoro-vi-nu", threads=1)
    parts, timeline, at_ms = [], [], 0
    for index, text in enumerate(TEXTS):
        clip = engine.render(text, SpeechSettings())
        timeline.append(TimelineEntry(index=index, start_ms=at_ms, end_ms=at_ms + clip.duration_ms, text=text))
        parts += [clip.samples, np.zeros(clip.rate_hz * GAP_MS // 1000, np.float32)]
        at_ms += clip.duration_ms + GAP_MS
    return Clip(np.concatenate(parts), 24_000), timeline


@pytest.fixture(scope="module")
def ear():
    with Ear() as ear:
        yield ear


def test_the_default_voice_is_understood(spoken, ear):
    clip, timeline = spoken
    seen = []
    report = listen(clip, timeline, ear=ear, on_progress=seen.append)
    assert report.passed
    assert report.cer <= 0.2
    assert [sentence.index for sentence in report.sentences] == [0, 1]
    assert "nhân dân" in report.sentences[0].heard
    assert report.flagged == ()
    assert [(progress.stage, progress.done) for progress in seen] == [("listen", 1), ("listen", 2)]


def test_words_that_were_never_said_are_missing(spoken, ear):
    clip, timeline = spoken
    longer = timeline[0].model_copy(update={"text": TEXTS[0] + " Chiều mai mất điện từ mười ba giờ đến mười bảy giờ."})
    report = listen(clip, [longer], ear=ear)
    (sentence,) = report.sentences
    assert {"điện", "mười", "giờ"} <= set(sentence.missing)
    assert sentence.length_mismatch
    assert sentence.flagged
    assert not report.passed


def test_words_that_were_added_are_invented(spoken, ear):
    clip, timeline = spoken
    shorter = timeline[1].model_copy(update={"text": "Đề nghị các hộ dân."})
    (sentence,) = listen(clip, [shorter], ear=ear).sentences
    assert (
        len({"khơi", "thông", "cống", "rãnh", "phát", "quang", "bụi", "rậm", "quanh", "nhà"} & set(sentence.invented))
        >= 4
    )
    assert sentence.flagged


def test_silence_is_not_understood(spoken, ear):
    clip, timeline = spoken
    report = listen(Clip(np.zeros_like(clip.samples), clip.rate_hz), timeline, ear=ear)
    assert not report.passed
    assert report.wer >= 1
    assert len(report.flagged) == 2


def test_a_recording_that_began_earlier_is_heard_at_its_offset(spoken, ear, tmp_path):
    clip, timeline = spoken
    late = np.concatenate([np.zeros(clip.rate_hz * 3, np.float32), clip.samples])
    wav = tmp_path / "loa-thon.wav"
    soundfile.write(wav, late, clip.rate_hz)
    assert listen(wav, timeline, offset_ms=3000, ear=ear).passed
    assert not listen(wav, timeline[:1], ear=ear).passed


def test_our_opus_is_heard_and_other_languages_are_left_alone(spoken, ear, tmp_path):
    clip, timeline = spoken
    wav, opus = tmp_path / "a.wav", tmp_path / "a.opus"
    soundfile.write(wav, clip.samples, clip.rate_hz)
    run_ffmpeg(["-i", wav, "-c:a", "libopus", "-b:a", "24k", "-ar", "48000", opus])
    tay = TimelineEntry(index=-3, start_ms=0, end_ms=500, text="Bản tiếng Tày", language="tyz")
    report = listen(opus, [tay, *timeline], ear=ear)
    assert report.passed
    assert [sentence.index for sentence in report.sentences] == [0, 1]


def test_a_long_sentence_is_heard_in_pieces(spoken, ear):
    clip, _ = spoken
    whole = Clip(np.tile(clip.samples, 3), clip.rate_hz)
    entry = TimelineEntry(index=0, start_ms=0, end_ms=whole.duration_ms, text=" ".join(TEXTS * 3))
    assert whole.duration_ms > 20_000
    report = listen(whole, [entry], ear=ear)
    assert report.cer < 0.2


def test_an_ear_that_dies_is_replaced(spoken, ear):
    clip, timeline = spoken
    ear.hear(np.zeros(16_000, np.int16))
    os.kill(ear._child.pid, signal.SIGKILL)
    assert listen(clip, timeline, ear=ear).passed


def test_a_broken_file_is_told(tmp_path):
    path = tmp_path / "hong.wav"
    path.write_bytes(b"RIFF nothing")
    with pytest.raises(BadSoundError):
        listen(path, [])
