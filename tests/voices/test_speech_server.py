"""The speech API both ways, over real sockets: our server under the official client, our client under a moody server."""

import io
import socket
import threading
import time
from contextlib import contextmanager

import numpy as np
import openai
import pytest
import soundfile
import uvicorn
from fastapi import FastAPI, Response

from voices import EngineFailedError, NothingToSayError, SpeechSettings
from voices.catalog import SpeechServer
from voices.speech_api import SpeechApiEngine
from voices.speech_server import speech_app

SETTINGS = SpeechSettings()


@contextmanager
def served(app):
    """The app's base URL, on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}/v1"
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
    ("kind", "first_bytes"), [("wav", b"RIFF"), ("mp3", b""), ("opus", b"OggS"), ("flac", b"fLaC")]
)
def test_the_official_client_gets_sound_in_every_format(client, kind, first_bytes):
    answer = client.audio.speech.create(
        model="kokoro-vi", voice="thu", input="Mời bà con đến họp.", response_format=kind
    )
    sound = answer.read()
    assert sound.startswith(first_bytes)
    samples, rate_hz = soundfile.read(io.BytesIO(sound))
    assert abs(len(samples) / rate_hz - 0.04 * len("Mời bà con đến họp.")) < 0.2
    assert np.abs(samples).max() > 0.1


def test_pcm_is_streamed_before_the_last_sentence_is_made(client, engine_log):
    text = "Câu thứ nhất.\n" + "\n".join(f"Câu CHẬM số {name}." for name in ("một", "hai", "ba", "bốn"))
    with client.audio.speech.with_streaming_response.create(
        model="kokoro-vi", voice="thu", input=text, response_format="pcm"
    ) as answer:  # fmt: skip
        stream = answer.iter_bytes(1000)
        next(stream)
        early = len(engine_log.rendered())
        rest = b"".join(stream)
    assert early < 5
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
        ({"input": "🙂🙂"}, openai.BadRequestError),
        ({"input": "bà con " * 1000}, openai.BadRequestError),
        ({"input": "HỎNG"}, openai.InternalServerError),
        ({"response_format": "aac"}, openai.UnprocessableEntityError),
    ],
)
def test_errors_are_the_clients_own_with_our_words(client, options, error):
    with pytest.raises(error) as caught:
        client.audio.speech.create(**({"model": "kokoro-vi", "voice": "thu", "input": "Mời bà con."} | options))
    assert caught.value.body["message"]


def test_without_the_key_nobody_is_served(speech, engine_log):
    with (
        openai.OpenAI(base_url=speech, api_key="sai", max_retries=0) as stranger,
        pytest.raises(openai.AuthenticationError),
    ):
        stranger.audio.speech.create(model="kokoro-vi", voice="thu", input="Mời bà con.")
    assert engine_log.rendered() == []


def test_too_many_at_once_are_told_to_come_back(module_studio):
    def ask(url):
        with openai.OpenAI(base_url=url, api_key="-", max_retries=0) as client:
            client.audio.speech.create(model="kokoro-vi", voice="thu", input="CHẬM CHẬM", response_format="pcm").read()

    with served(speech_app(module_studio, ("thu",), most_waiting=1)) as url:
        first = threading.Thread(target=ask, args=(url,))
        first.start()
        time.sleep(0.5)
        with pytest.raises(openai.RateLimitError) as caught:
            ask(url)
        assert caught.value.response.headers["Retry-After"] == "2"
        first.join()
        ask(url)


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


def moody(*moods):
    """A server that answers each request by the next mood; the list of bodies it got."""
    app, left, bodies = FastAPI(), list(moods), []
    sound = io.BytesIO()
    soundfile.write(sound, np.zeros((2400, 2)), 24_000, format="WAV")

    @app.post("/v1/audio/speech")
    def speech(body: dict[str, object]) -> Response:
        bodies.append(body)
        mood = left.pop(0)
        if mood == "sound":
            return Response(sound.getvalue())
        if mood == "nonsense":
            return Response(b"<html>hello</html>")
        return Response("busy", mood, {"Retry-After": "3"} if mood == 429 else {})

    return app, bodies


def engine_at(url, sleeps=None):
    return SpeechApiEngine(
        SpeechServer(url=url, model="m", voice="v"), sleep=(sleeps if sleeps is not None else []).append
    )


def test_a_busy_server_is_asked_again_after_as_long_as_it_said():
    app, bodies = moody(503, 429, "sound")
    sleeps = []
    with served(app) as url:
        clip = engine_at(url, sleeps).render("một câu", SpeechSettings(speed=1.1))
    assert clip.duration_ms == 100
    assert clip.samples.ndim == 1
    assert sleeps == [0.5, 3.0]
    assert bodies[0] == {"model": "m", "voice": "v", "input": "một câu", "response_format": "wav", "speed": 1.1}


@pytest.mark.parametrize(
    ("moods", "message"), [([500], "từ chối"), ([401], "từ chối"), (["nonsense"], "WAV"), ([503] * 4, "4 lần")]
)
def test_what_cannot_work_is_an_engine_failure(moods, message):
    app, bodies = moody(*moods)
    with served(app) as url, pytest.raises(EngineFailedError, match=message):
        engine_at(url).render("một câu", SETTINGS)
    assert len(bodies) == len(moods)


def test_no_server_at_all_is_an_engine_failure():
    with pytest.raises(EngineFailedError, match="không trả lời"):
        engine_at("http://127.0.0.1:9/v1").render("một câu", SETTINGS)


def test_nothing_to_say_is_not_sent():
    with pytest.raises(NothingToSayError):
        engine_at("http://127.0.0.1:9/v1").render("…", SETTINGS)
