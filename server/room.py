"""Room on the disk: what may wait stops while there is little, so that what is due always finds some."""

import shutil

import structlog

from server.errors import StationError
from server.settings import Settings

log = structlog.get_logger(__name__)


class DiskFullError(StationError):
    """The station keeps what is left for what is due."""

    status = 507
    code = "disk_full"


def free_bytes(settings: Settings) -> int:
    """How much the disk of the data folder has left for us."""
    return shutil.disk_usage(settings.data_dir).free


def is_scarce(settings: Settings) -> bool:
    """Whether uploads, renders and other things that may wait are to wait."""
    return free_bytes(settings) < settings.reserve_bytes


def require(settings: Settings) -> None:
    """Raises DiskFullError where what is asked may wait."""
    if is_scarce(settings):
        left_mb = free_bytes(settings) // 1_000_000
        log.warning("disk nearly full, what may wait is refused", free_mb=left_mb)
        raise DiskFullError(
            f"Ổ đĩa của đài chỉ còn {left_mb} MB, để dành cho các lượt phát đã hẹn. Tạm thời chưa nhận tệp và dựng tiếng; "
            "hãy báo kỹ thuật dọn ổ đĩa."
        )
