"""From sentences to the file on air: what sounds when, and nothing half-written, ever."""

import errno
import hashlib
import json
import os
import threading

import numpy as np
import pytest
import soundfile

from voices import (
    CLOSING,
    STATION_CALL,
    TRACK,
    Arrangement,
    EngineFailedError,
    LanguageTrack,
    MusicBed,
    NothingToSayError,
    Production,
    ProductionCancelledError,
    SpeechSettings,
    SpokenSentence,
    StorageError,
    TextTooLongError,
    assembly,
    produce,
)
from voices.ffmpeg import run_ffmpeg

SETTINGS = SpeechSettings()
QUIET = Arrangement(chime=False)
SENTENCES = [
    SpokenSentence(text="Kính thưa toàn thể bà con nhân dân."),
    SpokenSentence(text="Chiều mai cắt điện từ mười ba giờ.", pause_after="paragraph", key_fact=True),
    SpokenSentence(text="Đề nghị bà con chủ động."),
]


@pytest.fixture
def make(module_studio, tmp_path, voice, engine_log):  # noqa: ARG001  # the log begins anew
    def make(sentences=SENTENCES, **options):
        return produce(
            sentences, tmp_path / "out", **({"studio": module_studio, "voice": voice, "settings": SETTINGS} | options)
        )

    return make


def decoded(production, rate_hz=8000):
    pcm, _ = run_ffmpeg(["-i", production.opus, "-ac", "1", "-ar", str(rate_hz), "-f", "s16le", "-"])
    return np.frombuffer(pcm, "<i2").astype(np.float64) / 32768


def level_db(production, start_ms, end_ms):
    part = decoded(production)[start_ms * 8 : end_ms * 8]
    return 20 * np.log10(np.sqrt(np.mean(part**2)) + 1e-9)


def test_the_file_is_named_by_its_content_and_is_as_promised(make, voice):
    made = make()
    content = made.opus.read_bytes()
    assert made.opus.name == f"{hashlib.sha256(content).hexdigest()}.opus"
    assert (made.sha256, made.bytes) == (made.opus.stem, len(content))
    assert abs(made.duration_ms - soundfile.info(made.opus).duration * 1000) < 5
    assert abs(made.loudness_lufs + 16) <= 1
    assert made.true_peak_dbtp <= -3
    assert made.voice == voice
    assert made.notices == ()
    assert [path.name for path in made.opus.parent.iterdir()] == [made.opus.name]


def test_the_same_bulletin_twice_is_the_same_file(make):
    assert make().sha256 == make().sha256


def test_a_production_survives_json(make):
    made = make()
    assert Production.model_validate_json(made.model_dump_json()) == made
    assert json.loads(made.model_dump_json())["timeline"][0]["text"] == SENTENCES[0].text


def test_the_timeline_tells_when_each_sentence_sounds(make):
    made = make(programme=QUIET)
    assert [entry.index for entry in made.timeline] == [0, 1, 2]
    assert [entry.text for entry in made.timeline] == [sentence.text for sentence in SENTENCES]
    for entry in made.timeline:
        assert level_db(made, entry.start_ms + 40, entry.end_ms - 40) > -30
    for before, after in zip(made.timeline, made.timeline[1:], strict=False):
        assert level_db(made, before.end_ms + 80, after.start_ms - 40) < -50


def test_sentence_and_paragraph_pauses_are_as_asked(make):
    made = make(programme=Arrangement(chime=False, sentence_pause_ms=300, paragraph_pause_ms=1500))
    first, second, third = made.timeline
    assert abs(second.start_ms - first.end_ms - 300) <= 1
    assert abs(third.start_ms - second.end_ms - 1500) <= 1


def test_chime_call_and_closing_stand_around(make):
    made = make(programme=Arrangement(station_call="Đây là đài xã.", closing="Xin hết."))
    assert [entry.index for entry in made.timeline] == [STATION_CALL, 0, 1, 2, CLOSING]
    assert made.timeline[0].start_ms > 2000
    assert level_db(made, 100, 1500) > -30
    assert made.duration_ms > made.timeline[-1].end_ms + 2000


def test_repeating_the_whole_or_the_key_facts(make):
    assert [e.index for e in make(programme=Arrangement(chime=False, repeat=2)).timeline] == [0, 1, 2, 0, 1, 2]
    assert [e.index for e in make(programme=Arrangement(chime=False, repeat_key_facts=True)).timeline] == [0, 1, 2, 1]


def test_slower_settings_take_longer(make):
    normal, slow = make(programme=QUIET), make(programme=QUIET, settings=SpeechSettings(speed=0.8))
    assert slow.duration_ms > normal.duration_ms * 1.15


def test_a_retake_gives_one_sentence_other_settings(make):
    normal = make(programme=QUIET)
    retaken = make(programme=QUIET, overrides={1: SpeechSettings(speed=0.8)})
    lengths = [[entry.end_ms - entry.start_ms for entry in made.timeline] for made in (normal, retaken)]
    assert lengths[0][0] == lengths[1][0]
    assert abs(lengths[1][1] - lengths[0][1] / 0.8) <= 2


def tone(path, seconds=2.0, hz=700.0, level=0.1):
    soundfile.write(path, level * np.sin(2 * np.pi * hz * np.arange(round(seconds * 48_000)) / 48_000), 48_000)
    return path


def test_language_tracks_sound_in_their_order_as_loud_as_the_voice(make, tmp_path):
    tay = LanguageTrack(sound=tone(tmp_path / "tay.flac", 2), language="tyz", title="Bản tiếng Tày")
    dao = LanguageTrack(sound=tone(tmp_path / "dao.flac", 3, level=0.01), language="ium", title="Bản tiếng Dao")
    made = make(programme=Arrangement(chime=False, tracks=(tay, dao), tracks_before_speech=1))
    assert [(entry.index, entry.language) for entry in made.timeline] == [
        (TRACK, "tyz"), (0, "vi"), (1, "vi"), (2, "vi"), (TRACK, "ium"),
    ]  # fmt: skip
    levels = [level_db(made, entry.start_ms + 300, entry.end_ms - 200) for entry in made.timeline]
    assert max(levels) - min(levels) < 6


def test_a_programme_of_recordings_only_needs_no_sentence(make, tmp_path):
    track = LanguageTrack(sound=tone(tmp_path / "tay.flac"), language="tyz", title="Bản tiếng Tày")
    assert [entry.text for entry in make([], programme=Arrangement(tracks=(track,))).timeline] == ["Bản tiếng Tày"]


def test_a_music_bed_is_heard_between_and_steps_back_under_speech(make, tmp_path):
    bed = MusicBed(sound=tone(tmp_path / "music.flac", 5, hz=2500), level_db=-6, duck_db=-20)
    made = make(programme=Arrangement(chime=False, paragraph_pause_ms=6000, music_bed=bed))
    gap = (made.timeline[1].end_ms + 2000, made.timeline[2].start_ms - 2000)
    speech = (made.timeline[0].start_ms, made.timeline[0].end_ms)

    def music_db(start_ms, end_ms):
        part = decoded(made)[start_ms * 8 : end_ms * 8]
        power = np.abs(np.fft.rfft(part * np.hanning(len(part)))) ** 2 / len(part) ** 2
        hz = np.fft.rfftfreq(len(part), 1 / 8000)
        return 10 * np.log10(power[np.abs(hz - 2500) < 30].sum())

    assert level_db(made, *gap) > -45
    assert music_db(*gap) - music_db(*speech) > 10


def test_an_unspeakable_sentence_is_left_out_and_the_officer_told(make):
    made = make([SENTENCES[0], SpokenSentence(text="🙂🙂🙂"), SpokenSentence(text="你好 x")], programme=QUIET)
    assert [entry.index for entry in made.timeline] == [0, 2]
    (notice,) = made.notices
    assert "🙂🙂🙂" in notice


def test_the_chime_alone_is_a_sound_of_its_own(make):
    made = make([], programme=Arrangement(only_chime=True))
    assert 2_000 < made.duration_ms < 3_500
    assert made.timeline == ()
    assert level_db(made, 0, 1_500) > -30
    assert made.true_peak_dbtp <= -3


@pytest.mark.parametrize("texts", [[], [""], ["***", "🙂"]])
def test_nothing_to_say_is_refused(make, texts, tmp_path):
    with pytest.raises(NothingToSayError):
        make([SpokenSentence(text=text) for text in texts])
    assert not list((tmp_path / "out").glob("*")) if (tmp_path / "out").exists() else True


def test_a_hundred_thousand_characters_are_refused_at_once(make, engine_log):
    with pytest.raises(TextTooLongError, match="100000 ký tự"):
        make([SpokenSentence(text="bà con " * 10)] * 1428 + [SpokenSentence(text="a" * 40)])
    assert engine_log.rendered() == []


def test_a_programme_without_end_is_refused(make, tmp_path, monkeypatch):
    monkeypatch.setattr(assembly, "MOST_S", 60)
    track = LanguageTrack(sound=tone(tmp_path / "tay.flac", 20), language="tyz", title="Bản tiếng Tày")
    with pytest.raises(TextTooLongError, match="dài quá 1 phút"):
        make(programme=Arrangement(tracks=(track,) * 3))
    assert not (tmp_path / "out").exists()


def test_a_single_short_word_is_a_programme(make):
    made = make([SpokenSentence(text="Có")], programme=QUIET)
    assert made.true_peak_dbtp <= -3
    assert 900 < made.duration_ms < 1_100


def test_another_voice_steps_in_only_with_the_officer_told(make, voice):
    with pytest.raises(EngineFailedError):
        make(voice="hong")
    seen = []
    made = make(voice="hong", fallbacks=["vang", voice], on_progress=seen.append)
    assert made.voice == voice
    assert len(made.notices) == 2
    assert f"“{voice}”" in made.notices[-1]
    assert [progress.notice for progress in seen if progress.notice] == list(made.notices)


def test_cancelling_leaves_nothing_behind(make, tmp_path):
    asked = threading.Event()
    with pytest.raises(ProductionCancelledError):
        make(cancelled=asked.is_set, on_progress=lambda progress: asked.set() if progress.stage == "master" else None)
    assert not list((tmp_path / "out").glob("*"))


def test_a_failing_engine_leaves_nothing_behind_and_the_queue_goes_on(make, tmp_path):
    with pytest.raises(EngineFailedError):
        make([*SENTENCES, SpokenSentence(text="CHẾT")])
    assert not list((tmp_path / "out").glob("*"))
    assert make().opus.exists()


def test_a_folder_that_cannot_be_written_is_a_storage_error(module_studio, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError):
        produce(SENTENCES, tmp_path / "file", studio=module_studio, voice="thu", settings=SETTINGS)


def test_progress_ends_with_everything_done(make):
    seen = []
    make(on_progress=seen.append)
    assert [(p.done, p.total) for p in seen if p.stage == "render"] == [(1, 3), (2, 3), (3, 3)]
    assert (seen[-1].stage, seen[-1].done) == ("master", seen[-1].total)


def test_editing_one_sentence_renders_one_sentence(make, engine_log):
    make()
    before = len(engine_log.rendered())
    make([SENTENCES[0], SpokenSentence(text="Chiều mốt cắt điện."), SENTENCES[2]])
    assert engine_log.rendered()[before:] == ["Chiều mốt cắt điện."]


def test_a_disk_that_fills_up_is_told_and_leaves_nothing_half_written(make, tmp_path, monkeypatch):
    make(SENTENCES[:1])
    before = set((tmp_path / "out").iterdir())

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(StorageError, match="đầy"):
            make()
    assert set((tmp_path / "out").iterdir()) == before
    assert make().opus.exists()
