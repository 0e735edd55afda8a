"""Voices fetched from a real HTTP server that breaks, lies and resumes; imported from a folder; removed; used."""

import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from voices import VoiceError, VoiceNotInstalledError, open_engine
from voices.catalog import (
    CatalogVoice,
    DownloadFailedError,
    SpeechServer,
    VoiceFile,
    catalogue,
    download,
    find,
    import_folder,
    install,
    installed_voice,
    installed_voices,
    remove,
)

CONTENT = bytes(range(256)) * 4000


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LOA_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "voices"


class Hub:
    """A file server. `break_after` bytes it drops the line, once for each entry; `resumes` says whether it knows Range."""

    def __init__(self) -> None:
        self.content = CONTENT
        self.break_after: list[int] = []
        self.resumes = True
        self.status = 200
        self.troubles: list[int] = []
        self.ranges: list[str | None] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = self.headers.get("Range")
                hub.ranges.append(asked)
                start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and hub.resumes else 0
                trouble = hub.troubles.pop(0) if hub.troubles else hub.status
                self.send_response(trouble if trouble != 200 else 206 if start else 200)
                body = hub.content[start:]
                self.send_header("Content-Length", str(len(body)))
                if start:
                    self.send_header("Content-Range", f"bytes {start}-{len(hub.content) - 1}/{len(hub.content)}")
                self.end_headers()
                self.wfile.write(body[: hub.break_after.pop(0)] if hub.break_after else body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/voice.onnx"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


@pytest.fixture
def hub():
    hub = Hub()
    yield hub
    hub.server.shutdown()
    hub.server.server_close()


@pytest.fixture
def file(hub):
    return VoiceFile(name="voice.onnx", url=hub.url, bytes=len(CONTENT), sha256=hashlib.sha256(CONTENT).hexdigest())


def fetch(file, folder, **options):
    return download(file, folder, first_wait_s=0.01, **options)


def test_a_file_arrives_whole_with_progress(file, tmp_path):
    seen = []
    path = fetch(file, tmp_path, on_progress=seen.append)
    assert path.read_bytes() == CONTENT
    assert seen == sorted(seen)
    assert seen[-1] == len(CONTENT)


def test_a_broken_line_is_resumed_where_it_broke(file, hub, tmp_path):
    hub.break_after = [300_000, 200_000]
    assert fetch(file, tmp_path).read_bytes() == CONTENT
    assert hub.ranges == [None, "bytes=300000-", "bytes=500000-"]


def test_a_server_without_ranges_is_asked_from_the_start(file, hub, tmp_path):
    hub.break_after, hub.resumes = [300_000], False
    assert fetch(file, tmp_path).read_bytes() == CONTENT


def test_what_an_earlier_run_left_is_continued(file, hub, tmp_path):
    hub.break_after = [100_000, 0, 0, 0, 0]
    with pytest.raises(DownloadFailedError, match="5 lần"):
        fetch(file, tmp_path)
    assert not (tmp_path / "voice.onnx").exists()
    assert fetch(file, tmp_path).read_bytes() == CONTENT
    assert hub.ranges[-1] == "bytes=100000-"


def test_what_is_there_is_not_fetched_again(file, hub, tmp_path):
    fetch(file, tmp_path)
    fetch(file, tmp_path)
    assert len(hub.ranges) == 1


@pytest.mark.parametrize("wrong", [CONTENT[:-1] + b"!", CONTENT + b"more", b"x" * len(CONTENT)])
def test_a_wrong_hash_is_refused_and_deleted(file, hub, tmp_path, wrong):
    hub.content = wrong
    with pytest.raises(DownloadFailedError, match="không đúng nội dung"):
        fetch(file, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_an_earlier_run_left_spoilt_is_fetched_anew(file, hub, tmp_path):
    (tmp_path / f".{file.sha256[:16]}.part").write_bytes(bytes(500_000))  # a power cut leaves zeros
    assert fetch(file, tmp_path).read_bytes() == CONTENT
    assert hub.ranges == ["bytes=500000-", None]


def test_two_at_once_do_not_spoil_each_other(file, tmp_path):
    def second(_done):
        with pytest.raises(DownloadFailedError, match="lệnh khác"):
            fetch(file, tmp_path)

    assert fetch(file, tmp_path, on_progress=second).read_bytes() == CONTENT


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_in_trouble_is_asked_again(file, hub, tmp_path, status):
    hub.troubles = [status, status]
    assert fetch(file, tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("status", [403, 404])
def test_a_refusal_is_told_at_once(file, hub, tmp_path, status):
    hub.status = status
    with pytest.raises(DownloadFailedError, match=str(status)):
        fetch(file, tmp_path)
    assert len(hub.ranges) == 1


def test_without_a_network_the_message_says_what_to_do(tmp_path):
    file = VoiceFile(name="voice.onnx", url="http://127.0.0.1:9/voice.onnx", bytes=10, sha256="0" * 64)
    with pytest.raises(DownloadFailedError, match="loa voices import"):
        fetch(file, tmp_path)


def test_the_shipped_catalogue_is_whole():
    voices = catalogue()
    assert len({voice.id for voice in voices}) == len(voices)
    assert voices[0].id == "kokoro-vi-nu"
    for voice in voices:
        assert voice.name
        assert voice.licence
        assert voice.source.startswith("https://")
        assert all(file.url.startswith("https://") for file in voice.file)
        assert voice.engine != "kokoro" or re.fullmatch("[0-9a-f]{64}", voice.sha256)
    assert find("vi_VN-vais1000-medium").file[0].bytes == 63_201_294


def test_an_unknown_voice_is_not_in_the_catalogue():
    with pytest.raises(VoiceNotInstalledError, match="loa voices list"):
        find("khong-co")


def piper_voice(file):
    return CatalogVoice(
        id="thu", name="Giọng thử", engine="piper", language="vi", licence="CC0", source="-", file=(file,)
    )


def test_install_import_and_remove(file, home, tmp_path):
    voice = piper_voice(file)
    seen = []
    install(voice, on_progress=lambda done, whole: seen.append((done, whole)))
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert installed_voice("thu") == (voice, home / "thu")
    assert voice in installed_voices()

    copy = tmp_path / "usb"
    (home / "thu").rename(copy)
    with pytest.raises(VoiceNotInstalledError):
        installed_voice("thu")
    assert import_folder(copy) == voice
    assert installed_voice("thu")[0] == voice

    remove("thu")
    assert not (home / "thu").exists()
    with pytest.raises(VoiceNotInstalledError):
        remove("thu")


def test_installing_twice_fetches_once(file, hub):
    install(piper_voice(file))
    install(piper_voice(file))
    assert len(hub.ranges) == 1


@pytest.mark.parametrize("damage", [CONTENT[:-1] + b"!", CONTENT[:1000], b""])
def test_installing_again_mends_what_was_damaged(file, home, damage):
    install(piper_voice(file))
    (home / "thu" / "voice.onnx").write_bytes(damage)
    with pytest.raises(VoiceNotInstalledError):
        open_engine("thu")
    assert len(damage) == len(CONTENT) or piper_voice(file) not in installed_voices()
    install(piper_voice(file))
    assert (home / "thu" / "voice.onnx").read_bytes() == CONTENT


def test_half_a_download_can_be_removed(hub, home):
    voice = find("vi_VN-vais1000-medium")
    broken = voice.file[0].model_copy(update={"url": hub.url})
    hub.break_after = [1000] + [0] * 9
    with pytest.raises(DownloadFailedError):
        fetch(broken, home / voice.id)
    remove(voice.id)
    assert list(home.iterdir()) == []


def test_a_damaged_folder_is_not_imported(file, home, tmp_path):
    install(piper_voice(file))
    copy = tmp_path / "usb"
    (home / "thu").rename(copy)
    (copy / "voice.onnx").write_bytes(CONTENT[:-1])
    with pytest.raises(VoiceError, match="không đúng nội dung"):
        import_folder(copy)
    assert not (home / "thu").exists()


def test_a_piper_voice_from_anywhere_is_imported(home, tmp_path):
    folder = tmp_path / "usb"
    folder.mkdir()
    (folder / "vi_VN-xa-medium.onnx").write_bytes(CONTENT)
    with pytest.raises(VoiceError, match=r"onnx\.json"):
        import_folder(folder)
    config = folder / "vi_VN-xa-medium.onnx.json"
    for nonsense in ("", "{", "[]", "{}"):
        config.write_text(nonsense)
        with pytest.raises(VoiceError, match=r"onnx\.json"):
            import_folder(folder)
    config.write_text('{"audio": {}, "phoneme_id_map": {}}')
    voice = import_folder(folder)
    assert (voice.id, voice.language, voice.licence) == ("vi_VN-xa-medium", "vi", "chưa rõ")
    assert (home / "vi_VN-xa-medium" / "vi_VN-xa-medium.onnx").read_bytes() == CONTENT


def test_a_file_name_that_is_no_id_is_told(tmp_path):
    (tmp_path / "giọng của xã.onnx").write_bytes(CONTENT)
    (tmp_path / "giọng của xã.onnx.json").write_text('{"audio": {}, "phoneme_id_map": {}}')
    with pytest.raises(VoiceError, match="đổi tên"):
        import_folder(tmp_path)


@pytest.mark.parametrize("change", [{"id": "kokoro-vi-nu"}, {"engine": "kokoro"}, {"id": ".."}, {"id": "../x"}])
def test_a_folder_cannot_be_what_it_must_not_be(file, home, tmp_path, change):
    install(piper_voice(file))
    copy = tmp_path / "usb"
    (home / "thu").rename(copy)
    facts = json.loads((copy / "voice.json").read_text("utf-8")) | change
    (copy / "voice.json").write_text(json.dumps(facts), "utf-8")
    with pytest.raises(VoiceError):
        import_folder(copy)
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("voice_id", ["../../etc", "..", "khong-co", "../usb", ""])
def test_no_voice_of_that_name(file, home, voice_id):
    install(piper_voice(file))
    (home / "thu").rename(home.parent / "usb")
    with pytest.raises(VoiceNotInstalledError):
        open_engine(voice_id)
    with pytest.raises(VoiceNotInstalledError):
        remove(voice_id)
    assert (home.parent / "usb" / "voice.onnx").exists()


def test_the_built_in_voices_stay():
    with pytest.raises(VoiceError, match="không gỡ được"):
        remove("kokoro-vi-nam")


def test_a_voice_behind_a_server_is_where_the_commune_says():
    install(find("viettts"), server=SpeechServer(url="http://10.0.0.5:8298/v1", model="tts-1", voice="nu"))
    install(find("viettts"))  # again, without saying where
    assert open_engine("viettts").fingerprint == "api/1/http://10.0.0.5:8298/v1/tts-1/nu"


def test_the_real_piper_voice_speaks():
    from voices import SpeechSettings

    install(find("en_US-joe-medium"))
    engine = open_engine("en_US-joe-medium")
    clip = engine.render("Good morning to the whole village.", SpeechSettings())
    slower = engine.render("Good morning to the whole village.", SpeechSettings(speed=0.7))
    assert clip.rate_hz == 22_050
    assert 1_200 < clip.duration_ms < 4_000
    assert slower.duration_ms > clip.duration_ms * 1.15
    voice, folder = installed_voice("en_US-joe-medium")
    (folder / "voice.json").unlink()  # as copied by hand from where it was published
    assert import_folder(folder) == find("en_US-joe-medium")
    assert all(file.sha256[:16] in engine.fingerprint for file in voice.file)
    with (folder / "en_US-joe-medium.onnx.json").open("r+") as config:
        config.seek(10)
        config.write("!")
    with pytest.raises(VoiceNotInstalledError, match="hỏng"):
        open_engine("en_US-joe-medium")
    assert Path(installed_voice("en_US-joe-medium")[1], "en_US-joe-medium.onnx").stat().st_size == 63_201_294
