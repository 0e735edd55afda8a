"""The speech API both ways, over real sockets: our server under the official client, our client under a moody server."""

import email.utils
import io
import socket
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import numpy as np
import openai
import pytest
import soundfile
import uvicorn
from fastapi import FastAPI, Response

from tests.waiting import wait_until
from voices import EngineFailedError, NothingToSayError, SpeechSettings, speech_api
from voices.catalog import SpeechServer, find, install
from voices.engines import patience_s
from voices.ffmpeg import run_ffmpeg
from voices.speech_api import SpeechApiEngine
from voices.speech_server import speech_app

SETTINGS = SpeechSettings()


@contextmanager
def served(app):
    """The app's base URL, on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none"))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def speech(module_studio, engine_log):  # noqa: ARG001  # the log begins anew
    with served(speech_app(module_studio, ("thu", "khac"), key="khoa-bi-mat")) as url:
        yield url


@pytest.fixture
def client(speech):
    with openai.OpenAI(base_url=speech, api_key="khoa-bi-mat", max_retries=0) as client:
        yield client


@pytest.mark.parametrize(
    ("kind", "first_bytes"),
    [("wav", b"RIFF"), ("mp3", b""), ("opus", b"OggS"), ("flac", b"fLaC"), ("aac", b"\xff\xf1")],
)
def test_the_official_client_gets_sound_in_every_format(client, tmp_path, kind, first_bytes):
    answer = client.audio.speech.create(
        model="kokoro-vi", voice="thu", input="Mời bà con đến họp.", response_format=kind
    )
    sound = answer.read()
    assert sound.startswith(first_bytes)
    (tmp_path / "sound").write_bytes(sound)  # libsndfile knows no AAC
    run_ffmpeg(["-i", tmp_path / "sound", "-f", "wav", tmp_path / "sound.wav"])
    samples, rate_hz = soundfile.read(tmp_path / "sound.wav")
    assert abs(len(samples) / rate_hz - 0.04 * len("Mời bà con đến họp.")) < 0.2
    assert np.abs(samples).max() > 0.1


@pytest.mark.parametrize(("between", "of"), [("\n", "dòng"), (" ", "bài")], ids=["lines", "one line"])
def test_pcm_is_streamed_before_the_last_sentence_is_made(client, engine_log, between, of):
    text = f"Câu đầu của {of}. " + between.join(f"Câu CHỜ {name} của {of}." for name in ("một", "hai", "ba", "bốn"))
    with client.audio.speech.with_streaming_response.create(
        model="kokoro-vi", voice="thu", input=text, response_format="pcm"
    ) as answer:  # fmt: skip
        stream = answer.iter_bytes(1000)
        next(stream)
        assert len(engine_log.rendered()) <= 2  # the second waits for us
        engine_log.go()
        rest = b"".join(stream)
    assert len(engine_log.rendered()) == 5
    assert len(rest) > 24_000


def test_numbers_are_read_before_they_are_spoken(client, engine_log):
    client.audio.speech.create(model="kokoro-vi", voice="thu", input="Họp lúc 19h30.", response_format="pcm").read()
    (said,) = engine_log.rendered()
    assert not any(char.isdigit() for char in said)


def test_speed_is_passed_on_within_what_a_voice_can_do(client):
    def seconds(speed):
        answer = client.audio.speech.create(
            model="kokoro-vi", voice="thu", input="Mời bà con.", response_format="pcm", speed=speed
        )
        return len(answer.read()) / 48_000

    assert seconds(0.8) > seconds(1.0) > seconds(1.25)
    assert seconds(4.0) == seconds(1.4)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"voice": "alloy"}, openai.NotFoundError),
        ({"input": ""}, openai.BadRequestError),
        ({"input": " \n "}, openai.BadRequestError),
        ({"input": "🙂🙂"}, openai.BadRequestError),
        ({"input": "🙂🙂\n***\n🙂", "response_format": "pcm"}, openai.BadRequestError),
        ({"input": "bà con " * 1000}, openai.BadRequestError),
        ({"input": "bà" * 50_000}, openai.BadRequestError),
        ({"input": "1" * 4000}, openai.BadRequestError),
        ({"input": "bà con " * 1_000_000}, openai.APIStatusError),
        ({"input": "HỎNG"}, openai.InternalServerError),
        ({"response_format": "ogg"}, openai.BadRequestError),
        ({"speed": "nhanh"}, openai.BadRequestError),
    ],
)
def test_errors_are_the_clients_own_with_our_words(client, options, error):
    with pytest.raises(error) as caught:
        client.audio.speech.create(**({"model": "kokoro-vi", "voice": "thu", "input": "Mời bà con."} | options))
    assert caught.value.body["message"]
    assert set(caught.value.body) == {"message", "type", "param", "code"}


@pytest.mark.parametrize("path", ["/chat/completions", "/audio/speech"])
def test_what_there_is_not_is_told_in_the_same_shape(speech, path):
    answer = httpx.get(speech + path, headers={"Authorization": "Bearer khoa-bi-mat"})
    assert answer.status_code in {404, 405}
    assert answer.json()["error"]["message"]


def test_silent_lines_leave_no_pauses(client):
    def size(text):
        return len(client.audio.speech.create(model="kokoro-vi", voice="thu", input=text, response_format="pcm").read())

    assert size("🙂\nMời bà con.\n***\n🙂") == size("Mời bà con.")


def test_without_the_key_nobody_is_served(speech, engine_log):
    with (
        openai.OpenAI(base_url=speech, api_key="sai", max_retries=0) as stranger,
        pytest.raises(openai.AuthenticationError),
    ):
        stranger.audio.speech.create(model="kokoro-vi", voice="thu", input="Mời bà con.")
    assert engine_log.rendered() == []


def test_too_many_at_once_are_told_to_come_back(module_studio, engine_log):
    def ask(url, max_retries=0):
        with openai.OpenAI(base_url=url, api_key="-", max_retries=max_retries) as client:
            client.audio.speech.create(model="kokoro-vi", voice="thu", input="CHỜ", response_format="pcm").read()

    with served(speech_app(module_studio, ("thu",), most_waiting=1)) as url:
        first = threading.Thread(target=ask, args=(url,))
        first.start()
        wait_until(engine_log.rendered)
        with pytest.raises(openai.RateLimitError) as caught:
            ask(url)
        assert caught.value.response.headers["Retry-After"] == "2"
        engine_log.go()
        first.join()
        ask(url, max_retries=40)  # the server may still be tidying up behind the first


def test_who_hangs_up_makes_room_for_the_next(module_studio):
    text = "Câu đầu. Câu CHẬM số một. Câu CHẬM số hai."
    with served(speech_app(module_studio, ("thu",), most_waiting=1)) as url:
        with openai.OpenAI(base_url=url, api_key="-", max_retries=0) as client:
            ask = client.audio.speech.with_streaming_response.create
            with ask(model="m", voice="thu", input=text, response_format="pcm") as answer:
                next(answer.iter_bytes(1000))
        with openai.OpenAI(base_url=url, api_key="-", max_retries=40) as patient:
            patient.audio.speech.create(model="m", voice="thu", input="Câu sau.", response_format="pcm").read()


def test_models_are_listed(client):
    assert [model.id for model in client.models.list()] == ["kokoro-vi"]


def test_our_client_speaks_through_our_server(speech, monkeypatch):
    monkeypatch.setenv("KEY_FOR_TEST", "khoa-bi-mat")
    engine = SpeechApiEngine(SpeechServer(url=speech, model="kokoro-vi", voice="thu", key_variable="KEY_FOR_TEST"))
    clip = engine.render("mời bà con", SETTINGS)
    assert (clip.rate_hz, clip.duration_ms) == (24_000, 400)
    higher = engine.render("mời bà con", SpeechSettings(pitch_st=3))
    assert abs(higher.duration_ms - 400) < 40
    assert _pitch_hz(higher) == pytest.approx(_pitch_hz(clip) * 2 ** (3 / 12), rel=0.03)


def _pitch_hz(clip):
    power = np.abs(np.fft.rfft(clip.samples * np.hanning(len(clip.samples))))
    return np.fft.rfftfreq(len(clip.samples), 1 / clip.rate_hz)[np.argmax(power)]


def sound_of(frames=2400, rate_hz=24_000):
    sound = io.BytesIO()
    soundfile.write(sound, np.zeros((frames, 2)), rate_hz, format="WAV", subtype="PCM_16")
    return sound.getvalue()


SOUND = sound_of()


def moody(*moods):
    """A server that answers each request by the next mood (a body, or a status with `Retry-After`); the bodies it got."""
    app, left, bodies = FastAPI(), list(moods), []

    @app.post("/v1/audio/speech")
    def speech(body: dict[str, object]) -> Response:
        bodies.append(body)
        mood = left.pop(0)
        if isinstance(mood, bytes):
            return Response(mood)
        status, after = mood if isinstance(mood, tuple) else (mood, None)
        return Response("busy " * 10_000, status, {"Retry-After": after} if after is not None else {})

    return app, bodies


def engine_at(url, sleeps=None, **options):
    return SpeechApiEngine(
        SpeechServer(url=url, model="m", voice="v", **options), sleep=(sleeps if sleeps is not None else []).append
    )


def test_a_busy_server_is_asked_again_after_as_long_as_it_said():
    app, bodies = moody(503, (429, "3"), SOUND)
    sleeps = []
    with served(app) as url:
        clip = engine_at(url, sleeps).render("một câu", SpeechSettings(speed=1.1))
    assert clip.duration_ms == 100
    assert clip.samples.ndim == 1
    assert sleeps == [0.5, 3.0]
    assert bodies[0] == {"model": "m", "voice": "v", "input": "một câu", "response_format": "wav", "speed": 1.1}


def test_a_server_that_says_when_it_is_free_is_waited_for_as_long_as_patience_lasts():
    soon = email.utils.format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    app, bodies = moody(*[(429, "20")] * 4, (503, soon), SOUND)
    sleeps = []
    with served(app) as url:
        assert engine_at(url, sleeps).render("một câu", SETTINGS).duration_ms == 100
    assert sleeps[:4] == [20.0] * 4
    assert 0 < sleeps[4] <= 20
    assert len(bodies) == 6
    app, bodies = moody(*[(429, "20")] * 4)
    with served(app) as url, pytest.raises(EngineFailedError, match="429"):
        engine_at(url, patience_s=50).render("một câu", SETTINGS)
    assert len(bodies) == 3


def test_half_a_sound_is_asked_for_again_and_never_spoken():
    app, bodies = moody(SOUND[: len(SOUND) // 2], SOUND)
    with served(app) as url:
        assert engine_at(url).render("một câu", SETTINGS).duration_ms == 100
    assert len(bodies) == 2


def test_a_sound_made_while_it_is_sent_says_nothing_of_its_length():
    streamed = SOUND[:4] + b"\xff" * 4 + SOUND[8:40] + b"\xff" * 4 + SOUND[44:]
    app, _ = moody(streamed)
    with served(app) as url:
        assert engine_at(url).render("một câu", SETTINGS).duration_ms == 100


@pytest.mark.parametrize(
    ("moods", "message"),
    [
        ([500] * 4, "500"),
        ([503] * 4, "503"),
        ([401], "từ chối"),
        ([302], "từ chối"),
        ([b"<html>hello</html>"], "WAV"),
        ([b""], "WAV"),
        ([SOUND[:44].replace(b"RIFF", b"RIFX")], "."),
        ([sound_of(frames=40_000, rate_hz=100)], "100 Hz"),
        ([sound_of(frames=8_000 * 181, rate_hz=8_000)], "quá dài"),
    ],
)
def test_what_cannot_work_is_an_engine_failure(moods, message):
    app, bodies = moody(*moods)
    with served(app) as url, pytest.raises(EngineFailedError, match=message):
        engine_at(url).render("một câu", SETTINGS)
    assert len(bodies) == len(moods)


def test_a_server_that_takes_the_sentence_and_is_silent_is_not_asked_twice(monkeypatch):
    app, asked, ends = FastAPI(), [], threading.Event()

    @app.post("/v1/audio/speech")
    def speech(body: dict[str, object]) -> Response:
        asked.append(body)
        ends.wait(60)
        return Response(SOUND)

    monkeypatch.setattr(speech_api, "_SILENCE_S", 0.3)
    with served(app) as url:
        with pytest.raises(EngineFailedError, match="im lặng"):
            engine_at(url).render("một câu", SETTINGS)
        ends.set()
    assert len(asked) == 1


@pytest.mark.parametrize("url", ["http://", "http://[ba-con/v1", "http://máy chủ/v1"])
def test_an_address_that_is_none_is_an_engine_failure(url):
    with pytest.raises(EngineFailedError):
        engine_at(url).render("một câu", SETTINGS)


def test_a_worker_is_given_the_time_that_a_server_may_take(tmp_path, monkeypatch):
    monkeypatch.setenv("LOA_HOME", str(tmp_path / "home"))
    install(find("viettts"), server=SpeechServer(url="http://10.0.0.5:8298/v1", model="m", voice="v", patience_s=200))
    assert (patience_s("viettts"), patience_s("kokoro-vi-nu"), patience_s("khong-co")) == (200, 0, 0)


def test_no_server_at_all_is_an_engine_failure():
    with pytest.raises(EngineFailedError, match="không trả lời"):
        engine_at("http://127.0.0.1:9/v1").render("một câu", SETTINGS)


def test_nothing_to_say_is_not_sent():
    with pytest.raises(NothingToSayError):
        engine_at("http://127.0.0.1:9/v1").render("…", SETTINGS)
