import numpy as np
import pytest
import soundfile

from voices.ffmpeg import run_ffmpeg
from voices.resampling import resampled


@pytest.mark.parametrize("rate_hz", [24_000, 22_050])
def test_the_ear_gets_a_clip_as_ffmpeg_would_give_it_a_file(tmp_path, rate_hz):
    samples = np.zeros(rate_hz, np.float32)
    samples[400:-400] = np.random.default_rng(3).normal(0, 0.2, rate_hz - 800).clip(-1, 0.999)
    soundfile.write(tmp_path / "clip.wav", samples, rate_hz, subtype="PCM_16")
    stored, _ = soundfile.read(tmp_path / "clip.wav", dtype="float32")
    pcm, _ = run_ffmpeg(["-i", tmp_path / "clip.wav", "-af", "volume=0dB", "-ar", "16000", "-f", "s16le", "-"])
    wanted, given = np.frombuffer(pcm, "<i2").astype(int), resampled(stored, rate_hz, 16_000).astype(int)
    assert len(given) == len(wanted) == 16_000
    assert np.abs(given - wanted).max() <= 2  # steps of 16 bits
    assert np.mean(given != wanted) < 0.5


def test_what_the_lower_rate_cannot_carry_is_gone_and_the_rest_is_as_loud():
    seconds = np.arange(24_000) / 24_000
    kept, lost = (
        resampled(0.5 * np.sin(2 * np.pi * hz * seconds, dtype=np.float32), 24_000, 16_000) for hz in (1_000, 9_000)
    )
    assert np.abs(kept[2_000:-2_000]).max() == pytest.approx(0.5 * 32_768, rel=0.01)
    assert np.abs(lost[2_000:-2_000]).max() < 0.5 * 32_768 / 300


def test_nothing_stays_nothing():
    assert len(resampled(np.zeros(0, np.float32), 24_000, 16_000)) == 0
    assert len(resampled(np.zeros(1, np.float32), 24_000, 16_000)) == 1
