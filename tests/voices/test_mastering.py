"""Every programme leaves equally loud, inside the horn's band, with room above its peaks, by either ffmpeg."""

import numpy as np
import pytest
import soundfile

from voices import BadSoundError, StorageError, opus_to_mp3
from voices.ffmpeg import run_ffmpeg
from voices.mastering import master_to_opus, measure

RATE_HZ = 24_000


def speechlike(seconds, level=0.3, seed=1):
    """Syllables of a buzzing voice with formants, four a second, with pauses: dynamics like speech."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    f0 = 180 + 40 * np.sin(2 * np.pi * 0.7 * t)
    phase = 2 * np.pi * np.cumsum(f0) / RATE_HZ
    voice = sum(np.sin(phase * k) / k**1.2 for k in range(1, 30))
    syllables = (
        np.clip(np.sin(2 * np.pi * 4 * t), 0, 1) ** 0.5
        * (rng.uniform(0.2, 1, len(t) // 6000 + 1).repeat(6000)[: len(t)])
    )
    pauses = (t % 5) < 4.2
    sound = voice * syllables * pauses + rng.normal(0, 0.002, len(t))
    return (level * sound / np.abs(sound).max()).astype(np.float32)


def write(path, samples):
    soundfile.write(path, samples, RATE_HZ, subtype="PCM_16")
    return path


@pytest.mark.usefixtures("each_ffmpeg")
@pytest.mark.parametrize("level", [0.02, 0.9], ids=["soft", "loud"])
def test_loud_or_soft_it_leaves_at_minus_16_lufs_and_below_minus_3_dbtp(tmp_path, level):
    opus = tmp_path / "out.opus"
    said = master_to_opus(write(tmp_path / "in.wav", speechlike(6, level)), opus)
    decoded = measure(opus)
    assert decoded == said
    assert abs(decoded.integrated_lufs + 16) <= 1
    assert decoded.true_peak_dbtp <= -3


@pytest.mark.usefixtures("each_ffmpeg")
def test_it_keeps_to_the_band_of_a_horn(tmp_path):
    rng = np.random.default_rng(0)
    noise = (rng.normal(0, 0.1, RATE_HZ * 4)).astype(np.float32)
    opus = tmp_path / "out.opus"
    master_to_opus(write(tmp_path / "in.wav", noise), opus)
    pcm, _ = run_ffmpeg(["-i", opus, "-ac", "1", "-ar", "48000", "-f", "s16le", "-"])
    samples = np.frombuffer(pcm, "<i2").astype(np.float64)
    power = np.abs(np.fft.rfft(samples)) ** 2
    hz = np.fft.rfftfreq(len(samples), 1 / 48_000)
    inside = np.mean(power[(hz > 400) & (hz < 5000)])
    assert 10 * np.log10(np.mean(power[(hz > 40) & (hz < 100)]) / inside) < -12
    assert 10 * np.log10(np.mean(power[(hz > 11_000) & (hz < 20_000)]) / inside) < -8


@pytest.mark.usefixtures("each_ffmpeg")
def test_the_result_is_opus_at_24_kbit_mono_48_khz_as_long_as_the_source(tmp_path):
    opus = tmp_path / "out.opus"
    master_to_opus(write(tmp_path / "in.wav", speechlike(8)), opus)
    info = soundfile.info(opus)
    assert (info.samplerate, info.channels, info.format, info.subtype) == (48_000, 1, "OGG", "OPUS")
    assert abs(info.duration - 8) < 0.05
    assert 18_000 < opus.stat().st_size * 8 / 8 < 30_000


def test_the_same_sound_gives_the_same_bytes(tmp_path):
    source = write(tmp_path / "in.wav", speechlike(3))
    for name in ("a.opus", "b.opus"):
        master_to_opus(source, tmp_path / name)
    assert (tmp_path / "a.opus").read_bytes() == (tmp_path / "b.opus").read_bytes()


def test_a_short_call_is_loud_enough_too(tmp_path):
    result = master_to_opus(write(tmp_path / "in.wav", speechlike(1.5)), tmp_path / "out.opus")
    assert abs(result.integrated_lufs + 16) <= 1
    assert result.true_peak_dbtp <= -3


def test_silence_is_refused(tmp_path):
    with pytest.raises(BadSoundError, match="im lặng"):
        master_to_opus(write(tmp_path / "in.wav", np.zeros(RATE_HZ * 3, np.float32)), tmp_path / "out.opus")


@pytest.mark.usefixtures("each_ffmpeg")
def test_mp3_for_others(tmp_path):
    opus, mp3 = tmp_path / "out.opus", tmp_path / "out.mp3"
    master_to_opus(write(tmp_path / "in.wav", speechlike(5)), opus)
    opus_to_mp3(opus, mp3)
    assert 55_000 < mp3.stat().st_size * 8 / 5 < 75_000
    assert abs(measure(mp3).integrated_lufs + 16) <= 1


@pytest.mark.usefixtures("each_ffmpeg")
def test_a_full_disk_is_named(tmp_path):
    source = write(tmp_path / "in.wav", speechlike(2))
    with pytest.raises(StorageError, match="đầy"):
        run_ffmpeg(["-i", source, "-f", "wav", "/dev/full"])


def test_mastering_stops_when_asked_and_leaves_only_the_source(tmp_path):
    class StopError(Exception):
        pass

    def stop():
        raise StopError

    source = write(tmp_path / "in.wav", speechlike(60))
    with pytest.raises(StopError):
        master_to_opus(source, tmp_path / "out.opus", stop)
    assert list(tmp_path.iterdir()) == [source]


def test_ffmpeg_is_ended_at_its_limit(tmp_path):
    with pytest.raises(BadSoundError, match="quá 0 giây"):
        run_ffmpeg(["-re", "-f", "lavfi", "-i", "sine", "-t", "30", tmp_path / "a.wav"], limit_s=0.1)
