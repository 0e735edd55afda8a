"""From the station's page to a box that is a speaker: typed, by a photo of the QR code, by a file on the boot partition."""

import io
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from edge_agent import invitation
from edge_agent.errors import EnrolmentError
from edge_agent.identity import IDENTITY_FILE, KEY_FILE, Identity
from protocol.enrolment import Invitation
from server.invitations import FILE, qr_svg

INVITED = Invitation(station_url="https://dai.xa.example", code="ABCDE-23456")


def photo(invited: Invitation, path: Path, *, scale: int = 6) -> Path:
    """As a telephone takes it: askew, dim, not quite sharp, on something grey."""
    out = io.BytesIO()
    segno.make(invited.text(), error="m", micro=False).save(out, kind="png", scale=scale, border=4)
    sheet = Image.open(out).convert("L")
    table = Image.new("L", (sheet.width * 2, sheet.height * 2), 120)
    table.paste(sheet, (sheet.width // 3, sheet.height // 2))
    taken = table.rotate(13, fillcolor=90).filter(ImageFilter.GaussianBlur(1.2)).point(lambda grey: grey * 0.6 + 20)
    taken.convert("RGB").save(path, quality=60)
    return path


def test_a_photo_of_the_code_says_what_the_station_meant(tmp_path):
    assert invitation.from_picture(photo(INVITED, tmp_path / "photo.jpg")) == INVITED


def test_the_page_shows_the_same_code():
    svg = qr_svg(INVITED)
    modules = segno.make(INVITED.text(), error="m", micro=False).symbol_size(scale=6, border=4)[0]
    assert svg.startswith("<svg")
    assert f'width="{modules}"' in svg
    assert "style=" not in svg  # the console's Content-Security-Policy forbids it


@pytest.mark.parametrize(
    "data",
    [
        b"station=https://dai.xa.example\ncode=ABCDE-23456\n",
        "\ufeffSTATION = https://dai.xa.example/ \r\n Code= ABCDE-23456\r\n".encode(),
        "station=https://dai.xa.example\r\n\r\n# ghi chú\r\ncode=ABCDE-23456".encode("utf-16"),
    ],
)
def test_a_file_is_read_however_it_was_saved(tmp_path, data):
    path = tmp_path / invitation.FILE
    path.write_bytes(data)
    assert invitation.from_file(path) == INVITED


def test_what_is_no_invitation_is_said_to_be_none(tmp_path):
    with pytest.raises(EnrolmentError, match="Không đọc được"):
        invitation.from_file(tmp_path / "nothing")
    with pytest.raises(EnrolmentError, match="Không thấy hai dòng"):
        invitation.from_text("code=ABCDE-23456")
    with pytest.raises(EnrolmentError, match="http://"):
        invitation.typed("dai.xa.vn", "ABCDE-23456")
    (tmp_path / "text.png").write_text("không phải ảnh")
    with pytest.raises(EnrolmentError, match="Không mở được ảnh"):
        invitation.from_picture(tmp_path / "text.png")
    Image.new("L", (300, 300), 255).save(tmp_path / "white.png")
    with pytest.raises(EnrolmentError, match="Không thấy mã QR"):
        invitation.from_picture(tmp_path / "white.png")
    with pytest.raises(EnrolmentError, match="Không có tệp"):
        invitation.on_boot_partition((tmp_path,))


@given(st.text(max_size=300))
def test_any_text_is_an_invitation_or_an_error(text):
    try:
        found = invitation.from_text(text)
    except EnrolmentError:
        return
    assert Invitation.parse(found.text()) == found


def test_the_outcome_lies_beside_the_file(tmp_path):
    invitation.leave_outcome(tmp_path / invitation.FILE, "Đã ghép với đài.")
    assert (tmp_path / invitation.OUTCOME).read_bytes().startswith(b"\xef\xbb\xbf")  # Notepad reads it as UTF-8


def enrol(*arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "loa", "agent", "enrol", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.xdist_group("stage")
def test_from_the_page_to_a_speaker(stage, tmp_path):
    assert FILE == invitation.FILE
    speakers = ["loa-bang-tep", "loa-bang-anh"]
    with stage.client("kythuat") as technician:
        for speaker in speakers:
            body = {"id": speaker, "name": speaker, "area_id": stage.area_id("khuoi-khit")}
            technician.post("/speakers", body)
        began = time.monotonic()
        claims = [technician.post(f"/speakers/{speaker}/claim", {"lasts_minutes": 600}) for speaker in speakers]
        card = tmp_path / claims[0]["file_name"]
        card.write_text(claims[0]["file_text"])
        by_file, by_photo = tmp_path / "by-file", tmp_path / "by-photo"
        done = enrol("--file", str(card), "--state", str(by_file))
        assert done.returncode == 0, done.stderr
        invited = Invitation.parse(claims[1]["file_text"])
        assert invited.station_url == stage.url
        done = enrol("--qr", str(photo(invited, tmp_path / "qr.jpg")), "--state", str(by_photo))
        assert done.returncode == 0, done.stderr
        assert time.monotonic() - began < 120  # "in under two minutes": what is left of them is the technician's
        for box, speaker in ((by_file, speakers[0]), (by_photo, speakers[1])):
            assert Identity.load(box).answer.device_id == speaker
            assert (box / KEY_FILE).stat().st_mode & 0o077 == 0
            assert technician.get(f"/speakers/{speaker}")["enrolled_at"]
    used = enrol("--file", str(card), "--state", str(tmp_path / "another"))
    assert used.returncode == 1
    assert "đã dùng" in used.stderr
    again = enrol("--file", str(card), "--state", str(by_file))
    assert again.returncode == 0  # it is this speaker already: nothing is asked


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to another user")
def test_what_root_writes_belongs_to_the_agent(tmp_path):
    from edge_agent.enrolment import _give_to_owner

    os.chown(tmp_path, 12345, 12345)
    for name in (IDENTITY_FILE, KEY_FILE):
        (tmp_path / name).write_text("{}")
    _give_to_owner(tmp_path)
    assert (tmp_path / KEY_FILE).stat().st_uid == (tmp_path / IDENTITY_FILE).stat().st_uid == 12345


def test_one_way_at_a_time(tmp_path):
    both = enrol("--station", "http://x", "--code", "ABCDE", "--boot", "--state", str(tmp_path))
    none = enrol("--state", str(tmp_path))
    assert both.returncode == none.returncode == 2
