"""What the ear does not understand is said once more, and kept only if that helped."""

import numpy as np
import pytest

from voices import Arrangement, LanguageTrack, SpeechSettings, SpokenSentence, produce_checked

SENTENCES = [
    SpokenSentence(text="câu thứ nhất nghe rõ"),
    SpokenSentence(text="câu thứ hai thì có mười ba chữ"),
    SpokenSentence(text="hết"),
]
QUIET = Arrangement(chime=False)


class FakeEar:
    """Understands a tone by its length: what the fake engine says at 40 ms a character. `deaf_below_ms` garbles a sentence."""

    def __init__(self, deaf_to, deaf_below_ms):
        self.heard = 0
        self._deaf_to, self._deaf_below_ms = deaf_to, deaf_below_ms

    def hear(self, samples):
        self.heard += 1
        length_ms = len(samples) / 16
        for sentence in SENTENCES:
            for speed in (1.0, 0.93):
                if abs(length_ms - len(sentence.text) * 40 / speed) < 8:
                    deaf = sentence.text == self._deaf_to and length_ms < self._deaf_below_ms
                    return "xyz" if deaf else sentence.text
        return ""


@pytest.fixture
def checked(module_studio, tmp_path, voice):
    def checked(ear, **options):
        options = {"voice": voice, "settings": SpeechSettings(), "programme": QUIET} | options
        return produce_checked(SENTENCES, tmp_path / "out", studio=module_studio, ear=ear, **options)

    return checked


def test_a_clear_bulletin_is_left_as_it_is(checked):
    ear = FakeEar(deaf_to="", deaf_below_ms=0)
    result = checked(ear)
    assert result.heard.passed
    assert result.retaken == ()
    assert ear.heard == 3


def test_an_unclear_sentence_is_retaken_slower_and_heard_again(checked, tmp_path, engine_log):
    result = checked(FakeEar(SENTENCES[1].text, deaf_below_ms=len(SENTENCES[1].text) * 42))
    assert result.retaken == (1,)
    assert result.heard.passed
    lengths = [entry.end_ms - entry.start_ms for entry in result.production.timeline]
    assert lengths[1] == pytest.approx(len(SENTENCES[1].text) * 40 / 0.93, abs=2)
    assert [sentence.start_ms for sentence in result.heard.sentences] == [
        entry.start_ms for entry in result.production.timeline
    ]
    assert engine_log.rendered().count(SENTENCES[1].text) == 2
    assert [path.name for path in (tmp_path / "out").iterdir()] == [result.production.opus.name]
    assert result.production.opus.exists()


def test_a_retake_that_does_not_help_is_dropped_and_the_officer_asked(checked):
    result = checked(FakeEar(SENTENCES[1].text, deaf_below_ms=np.inf))
    assert result.retaken == ()
    assert [sentence.index for sentence in result.heard.flagged] == [1]


def test_a_repeated_sentence_is_retaken_everywhere(checked):
    programme = Arrangement(chime=False, repeat=2)
    result = checked(FakeEar(SENTENCES[1].text, deaf_below_ms=len(SENTENCES[1].text) * 42), programme=programme)
    assert result.retaken == (1,)
    assert [sentence.index for sentence in result.heard.sentences] == [0, 1, 2, 0, 1, 2]
    assert result.heard.cer == 0


def test_a_recording_in_vietnamese_is_not_measured_by_its_title(checked, tmp_path):
    import soundfile

    sound = tmp_path / "loi-chu-tich.flac"
    soundfile.write(sound, 0.1 * np.sin(np.arange(48_000) / 10), 48_000)
    track = LanguageTrack(sound=sound, language="vi", title="Lời chủ tịch xã")
    ear = FakeEar(SENTENCES[1].text, deaf_below_ms=len(SENTENCES[1].text) * 42)
    result = checked(ear, programme=Arrangement(chime=False, tracks=(track,), tracks_before_speech=1))
    assert [sentence.index for sentence in result.heard.sentences] == [0, 1, 2]
    assert result.heard.passed
