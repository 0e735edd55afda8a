"""Zip containers (.docx, .odt): judged by their directory before anything is unpacked."""

import zipfile
import zlib
from pathlib import Path

from reading.errors import UnreadableDocumentError
from reading.extraction.limits import Limits

_MB = 1024 * 1024
_PARTS = 5000
_BROKEN = (
    "Tệp bị hỏng, không mở được: phần nén bên trong không còn nguyên vẹn. "
    "Hãy mở tệp bằng Word, lưu lại rồi gửi lại, hoặc xin lại bản gốc."
)


def open_archive(path: Path, limits: Limits) -> zipfile.ZipFile:
    """The archive, open for reading, once its directory promises to stay within `limits`.

    Raises UnreadableDocumentError for a broken archive, an encrypted one, or one that unpacks to too much ("zip bomb").
    A part cannot unpack to more than its directory entry says: `zipfile` stops there.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
        raise UnreadableDocumentError(_BROKEN) from error
    parts = archive.infolist()
    bomb = any(part.file_size > _MB and part.file_size > part.compress_size * limits.unpack_ratio for part in parts)
    if bomb or len(parts) > _PARTS or sum(part.file_size for part in parts) > limits.unpacked_mb * _MB:
        archive.close()
        raise UnreadableDocumentError(
            f"Tệp bung ra quá lớn (hơn {limits.unpacked_mb} MB, hoặc nén bất thường) nên không được mở, để bảo vệ máy của đài. "
            "Nếu đây là văn bản thật, hãy bỏ bớt hình ảnh rồi lưu lại."
        )
    if any(part.flag_bits & 0x1 for part in parts):
        archive.close()
        raise UnreadableDocumentError("Tệp được đặt mật khẩu nên không đọc được. Hãy bỏ mật khẩu rồi gửi lại.")
    return archive


def read_part(archive: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of one part; b"" where there is none. Raises UnreadableDocumentError where it is damaged."""
    try:
        return archive.read(name)
    except KeyError:
        return b""
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, OSError, ValueError, zlib.error) as error:
        raise UnreadableDocumentError(_BROKEN) from error
