"""Sentences in, clips out: in order, cached, and whatever the engine does, the queue goes on."""

import errno
import os
import threading

import numpy as np
import pytest

from tests.waiting import wait_until
from voices import (
    EngineFailedError,
    NothingToSayError,
    ProductionCancelledError,
    SpeechSettings,
    SpokenSentence,
    VoiceNotInstalledError,
    render_process,
)
from voices import (
    studio as studio_module,
)
from voices.phrases import MOST_CHARS
from voices.render_process import Limits

SETTINGS = SpeechSettings()


@pytest.fixture
def studio(make_studio):
    return make_studio()


def sentences(*texts):
    return [SpokenSentence(text=text) for text in texts]


def render(studio, *texts, **options):
    options = {"voice": "thu", "settings": SETTINGS} | options
    return list(studio.render(sentences(*texts), **options))


def test_clips_come_in_order_with_the_length_of_their_text(studio):
    clips = render(studio, "một câu", "một câu dài hơn nhiều", "hai")
    assert [index for index, _ in clips] == [0, 1, 2]
    assert [clip.duration_ms for _, clip in clips] == [280, 840, 120]


def test_two_workers_share_the_bulk(studio, engine_log):
    clips = studio.render(sentences("mở đầu", "CHỜ một", "CHỜ hai", "CHỜ ba"), voice="thu", settings=SETTINGS)
    next(clips)
    wait_until(lambda: {"CHỜ một", "CHỜ hai"} <= set(engine_log.rendered()))  # neither of them can end
    assert len(engine_log.processes()) == 2
    assert "CHỜ ba" not in engine_log.rendered()
    engine_log.go()
    assert len(list(clips)) == 3


def test_what_was_rendered_once_is_read_from_the_cache(make_studio, engine_log):
    first = render(make_studio(), "câu thứ nhất", "câu thứ hai")
    again = render(make_studio(), "câu thứ nhất", "câu thứ hai đã sửa")
    assert engine_log.rendered().count("câu thứ nhất") == 1
    np.testing.assert_array_equal(first[0][1].samples, again[0][1].samples)


def test_an_equal_sentence_is_rendered_once_within_a_call(studio, engine_log):
    clips = render(studio, "nhắc lại", "nhắc  lại", "nhắc lại")
    assert engine_log.rendered() == ["nhắc lại"]
    assert len(clips) == 3


@pytest.mark.parametrize("other", [{"settings": SpeechSettings(speed=1.2)}, {"voice": "khac"}])
def test_other_settings_or_another_voice_are_another_clip(studio, engine_log, other):
    render(studio, "một câu")
    render(studio, "một câu", **other)
    assert engine_log.rendered() == ["một câu", "một câu"]


def test_the_first_clip_is_there_before_the_last_is_made(studio, engine_log):
    clips = studio.render(sentences("mở đầu", "CHỜ một", "CHỜ hai", "CHỜ ba"), voice="thu", settings=SETTINGS)
    assert next(clips)[0] == 0
    assert "CHỜ ba" not in engine_log.rendered()  # what is before it waits for us
    engine_log.go()
    clips.close()


def test_closing_the_iterator_withdraws_what_has_not_begun(studio, engine_log):
    clips = studio.render(sentences("mở đầu", *(f"CHẬM {n}" for n in "abcdefgh")), voice="thu", settings=SETTINGS)
    next(clips)
    clips.close()
    render(studio, "câu sau")
    assert len([text for text in engine_log.rendered() if text.startswith("CHẬM")]) <= 4


def test_cancelling_raises_without_waiting_for_the_rest(studio, engine_log):
    asked = threading.Event()
    clips = studio.render(
        sentences("mở đầu", *(f"CHẬM {n}" for n in "abcdefgh")), voice="thu", settings=SETTINGS, cancelled=asked.is_set
    )
    next(clips)
    asked.set()
    with pytest.raises(ProductionCancelledError):
        next(clips)
    assert len(engine_log.rendered()) < 8


def test_the_interactive_lane_does_not_wait_for_the_bulk(make_studio, engine_log):
    studio = make_studio(workers=1)
    bulk = studio.render(sentences("mở đầu", "CHỜ một", "CHỜ hai"), voice="thu", settings=SETTINGS)
    next(bulk)
    assert len(render(studio, "nghe ngay", lane="interactive")) == 1  # though the bulk would wait for ever
    engine_log.go()
    bulk.close()


def test_a_worker_that_dies_once_is_replaced_and_the_sentence_tried_again(studio, engine_log):
    clips = render(studio, "trước", "CHẾT_MỘT_LẦN rồi sống", "sau")
    assert len(clips) == 3
    assert engine_log.rendered().count("CHẾT_MỘT_LẦN rồi sống") == 2


def test_a_sentence_that_kills_every_worker_fails_alone(studio):
    with pytest.raises(EngineFailedError, match="hai lần"):
        render(studio, "CHẾT luôn")
    assert len(render(studio, "câu sau vẫn đọc được")) == 1


def test_a_hanging_worker_is_killed_and_the_queue_goes_on(make_studio):
    studio = make_studio(workers=1, limits=Limits(open_s=60, sentence_s=3, character_s=0))
    render(studio, "mở máy")
    pids = studio.worker_pids()
    with pytest.raises(EngineFailedError, match="bị treo"):
        render(studio, "TREO mãi")
    assert len(render(studio, "câu sau")) == 1
    assert studio.worker_pids() != pids
    assert not _alive(pids[0])


def test_what_another_machine_says_may_take_longer(make_studio, monkeypatch):
    monkeypatch.setattr(render_process, "patience_s", lambda voice: 20.0 if voice == "xa" else 0.0)
    studio = make_studio(workers=1, limits=Limits(open_s=60, sentence_s=0.2, character_s=0))
    studio.prepare("xa", "bulk")
    assert len(render(studio, "mở máy", "CHẬM", voice="xa")) == 2
    with pytest.raises(EngineFailedError, match="treo"):
        render(studio, "mở máy", "CHẬM rãi", voice="gan")


def test_what_nobody_wants_of_another_machine_is_given_up_at_once(make_studio, engine_log, monkeypatch):
    monkeypatch.setattr(studio_module, "patience_s", lambda _: 600.0)
    monkeypatch.setattr(render_process, "patience_s", lambda _: 600.0)
    studio = make_studio(workers=1)
    with pytest.raises(ProductionCancelledError):
        render(studio, "TREO", "câu hai", cancelled=lambda: "TREO" in engine_log.rendered())
    assert len(render(studio, "câu sau")) == 1  # long before the minute for which it hangs, and ten more of patience
    assert engine_log.rendered() == ["TREO", "câu sau"]


def test_a_failure_ends_the_order_before_the_next_phrase_is_begun(make_studio, engine_log):
    studio = make_studio(workers=1)
    for _ in range(3):
        with pytest.raises(EngineFailedError, match="Giọng thử bị hỏng"):
            render(studio, *(f"HỎNG {n}" for n in "abcdef"))
    assert engine_log.rendered() == ["HỎNG a"] * 3


def test_a_closed_studio_says_so(make_studio):
    studio = make_studio(workers=1)
    clips = studio.render(sentences("mở đầu", "TREO", "câu sau"), voice="thu", settings=SETTINGS)
    next(clips)
    studio.close()
    with pytest.raises(EngineFailedError, match="đã đóng"):
        list(clips)
    with pytest.raises(EngineFailedError, match="đã đóng"):
        render(studio, "câu sau")


def test_an_engine_error_reaches_the_caller_as_itself(studio):
    with pytest.raises(EngineFailedError, match="Giọng thử bị hỏng"):
        render(studio, "HỎNG")
    with pytest.raises(VoiceNotInstalledError):
        render(studio, "một câu", voice="vang")


def test_a_worker_that_grows_too_large_is_replaced(make_studio):
    studio = make_studio(workers=1, limits=Limits(open_s=60, sentence_s=10, memory_bytes=200_000_000))
    render(studio, "bình thường")
    before = studio.worker_pids()
    render(studio, "PHÌNH to")
    render(studio, "câu sau")
    assert studio.worker_pids() != before


def test_nothing_to_say_is_an_error_unless_the_caller_wants_to_know(studio):
    with pytest.raises(NothingToSayError):
        render(studio, "***")
    silent = []
    clips = render(studio, "một", "🙂🙂", "", "hai", on_unspeakable=silent.append)
    assert silent == [1, 2]
    assert [len(clip.samples) > 0 for _, clip in clips] == [True, False, False, True]


def test_a_sentence_of_any_length_is_rendered_in_phrases(studio, engine_log):
    text = "bà con chú ý theo dõi " * 100
    ((_, clip),) = render(studio, text)
    assert max(map(len, engine_log.rendered())) <= MOST_CHARS
    assert clip.duration_ms > 80_000


def test_progress_counts_sentences(studio):
    seen = []
    render(studio, "một", "hai", "ba", on_progress=seen.append)
    assert [(progress.stage, progress.done, progress.total) for progress in seen] == [
        ("render", n, 3) for n in (1, 2, 3)
    ]


def test_leaving_the_studio_ends_every_worker(make_studio):
    with make_studio() as studio:
        render(studio, "một câu CHẬM", "hai câu CHẬM")
        render(studio, "nghe", lane="interactive")
        pids = studio.worker_pids()
        assert len(pids) == 3
    assert not any(map(_alive, pids))


def test_closing_while_rendering_fails_the_render_at_once(make_studio):
    studio = make_studio(workers=1, limits=Limits(open_s=60, sentence_s=50))
    failure = []

    def work():
        try:
            render(studio, "TREO", "sau")
        except EngineFailedError as error:
            failure.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    wait_until(studio.worker_pids)
    studio.close()
    thread.join(30)
    assert failure


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_full_disk_costs_the_cache_not_the_speech(studio, engine_log, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        assert render(studio, "khẩn cấp")[0][1].duration_ms == 320
    render(studio, "khẩn cấp")
    assert engine_log.rendered() == ["khẩn cấp"] * 2
