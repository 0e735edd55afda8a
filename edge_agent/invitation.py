"""Where a box finds its invitation: typed, in a picture of the station's QR code, or in a file on its own boot partition."""

import importlib.util
from pathlib import Path

from edge_agent.errors import EnrolmentError
from protocol.enrolment import Invitation

FILE = "loa-enrol.txt"
"""On the boot partition: the one part of a card that any PC shows as a small drive."""
OUTCOME = "loa-ket-qua.txt"
"""What became of it, beside it: read on the PC when the box stays silent."""
BOOT_FOLDERS = (Path("/boot/firmware"), Path("/boot"))
"""Raspberry Pi OS since bookworm, and before."""


def typed(station_url: str, code: str) -> Invitation:
    """What a technician typed; raises EnrolmentError."""
    try:
        return Invitation(station_url=station_url.strip().rstrip("/"), code=code.strip())
    except ValueError as error:
        raise EnrolmentError(
            "Địa chỉ đài phải bắt đầu bằng http:// hoặc https://, mã ghép nối có ít nhất 4 ký tự. Hãy gõ lại."
        ) from error


def from_text(text: str) -> Invitation:
    """The invitation in a text; raises EnrolmentError if there is none."""
    try:
        return Invitation.parse(text)
    except ValueError as error:
        raise EnrolmentError(
            "Không thấy hai dòng “station=http…” và “code=…”. Hãy tải lại tệp hoặc mã QR ở trang cụm loa của đài."
        ) from error


def from_file(path: Path) -> Invitation:
    """The invitation in a file, however an editor saved it; raises EnrolmentError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise EnrolmentError(f"Không đọc được {path} ({error.strerror}).") from error
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))  # Notepad's "Unicode"
    return from_text(data.decode("utf-16" if utf16 else "utf-8-sig", "replace"))


def from_picture(path: Path) -> Invitation:
    """The invitation in a photo or screen shot of the QR code; raises EnrolmentError."""
    if importlib.util.find_spec("zxingcpp") is None or importlib.util.find_spec("PIL") is None:
        raise EnrolmentError("Máy này thiếu thư viện đọc mã QR. Hãy gõ địa chỉ và mã: --station, --code.")
    import zxingcpp  # noqa: PLC0415  may be missing on this box: that is what was looked at
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415

    try:
        with Image.open(path) as opened:
            picture = ImageOps.exif_transpose(opened).convert("L")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise EnrolmentError(f"Không mở được ảnh {path} ({error}).") from error
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    if not found:
        raise EnrolmentError(f"Không thấy mã QR trong ảnh {path}. Hãy chụp lại gần hơn, đủ sáng, cả bốn góc.")
    return from_text(found[0].text)


def on_boot_partition(folders: tuple[Path, ...] = BOOT_FOLDERS) -> Path:
    """The file there; raises EnrolmentError if there is none."""
    for folder in folders:
        if (folder / FILE).exists():
            return folder / FILE
    raise EnrolmentError(f"Không có tệp {FILE} ở phân vùng khởi động ({', '.join(map(str, folders))}).")


def leave_outcome(beside: Path, words: str) -> None:
    """Tell it where the technician will look. Raises OSError where nothing can be written."""
    (beside.parent / OUTCOME).write_text(words + "\r\n", encoding="utf-8-sig")
