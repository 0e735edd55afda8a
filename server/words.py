"""The words of the screens: what the contract calls by a code, people are told in Vietnamese."""

from protocol.priorities import Priority
from protocol.states import ENDS, SOUNDING, Reason, State
from server.areas import LEVEL_NAMES
from server.bulletins.approval import STATUS_NAMES
from server.bulletins.intake import FIELDS
from server.care_words import (
    CLOCK_NAMES,
    DONE,
    FILE_NAMES,
    FINDING_ADVICE,
    FINDING_NAMES,
    OPERATION_NAMES,
    PROBLEM_ADVICE,
    PROBLEM_NAMES,
    REFUSAL_NAMES,
)
from server.chain_words import HOP_NAMES, WHAT_TO_DO, WHY
from server.faults import FOUND, KINDS
from server.feedback import KIND_NAMES as FEEDBACK_KINDS
from server.feedback import STATUS_NAMES as FEEDBACK_STATUSES
from server.people.rights import ROLE_NAMES
from server.tables import OccurrenceStatus, ProductionStatus

STATE_NAMES = {
    State.QUEUED: "Chờ gửi tới loa",
    State.EXPIRED: "Hết giờ, chưa gửi được",
    State.WITHDRAWN: "Đã thu hồi",
    State.UNKNOWN: "Đã gửi, loa chưa trả lời",
    State.ACCEPTED: "Loa đã nhận lịch",
    State.FETCHING: "Đang tải tiếng",
    State.READY: "Sẵn sàng phát",
    State.PLAYING: "Đang phát",
    State.INTERRUPTED: "Tạm ngắt",
    State.RESUMED: "Đang phát tiếp",
    State.PLAYED: "Đã phát",
    State.CUT: "Bị cắt giữa chừng",
    State.MISSED: "Lỡ giờ, không phát",
    State.FAILED: "Hỏng, không phát được",
    State.REJECTED: "Loa từ chối",
    State.CANCELLED: "Đã dừng theo lệnh",
    State.SUPERSEDED: "Được thay bằng tin khác",
}
REASON_NAMES = {
    Reason.TOO_LATE: "quá muộn so với giờ phát",
    Reason.CLOCK: "đồng hồ của loa không tin được",
    Reason.NO_AUDIO: "chưa tải kịp tiếng",
    Reason.OFF: "loa tắt lúc đến giờ",
    Reason.BUSY: "loa bận phát tin khác",
    Reason.POWER: "mất điện giữa chừng",
    Reason.STOP_ALL: "lệnh dừng tất cả",
    Reason.LOCAL_STOP: "bấm nút dừng tại loa",
    Reason.TRUST_LOST: "khoá ký đã bị thu hồi",
    Reason.PREEMPTED: "nhường cho tin ưu tiên hơn",
    Reason.POLICY: "ngoài giờ hoặc quá thời lượng cho phép",
    Reason.NOT_AN_EMERGENCY: "không có chữ ký khẩn cấp",
    Reason.BAD_AUDIO: "tệp tiếng hỏng",
    Reason.NO_OUTPUT: "không có đầu ra âm thanh",
    Reason.INTERNAL: "lỗi trong thiết bị",
    Reason.ORDERED: "theo lệnh của đài",
    Reason.ALL_CLEAR: "hết tình huống khẩn cấp",
}
PRIORITY_NAMES = {
    Priority.EMERGENCY: "Khẩn cấp",
    Priority.URGENT: "Ưu tiên",
    Priority.NORMAL: "Thông thường",
    Priority.RELAY: "Tiếp sóng",
}
PRODUCTION_NAMES = {
    ProductionStatus.QUEUED: "Chờ dựng tiếng",
    ProductionStatus.RENDERING: "Đang dựng tiếng",
    ProductionStatus.READY: "Đã có tiếng",
    ProductionStatus.FAILED: "Dựng tiếng không được",
    ProductionStatus.CANCELLED: "Đã bỏ",
}
OCCURRENCE_NAMES = {
    OccurrenceStatus.PLANNED: "Đã lên lịch",
    OccurrenceStatus.PUBLISHED: "Đã gửi tới loa",
    OccurrenceStatus.WITHDRAWN: "Đã thu hồi",
    OccurrenceStatus.EXPIRED: "Hết giờ",
}
EVIDENCE_NAMES = {
    "E1": "tệp đã phát hết",
    "E2": "loa đã nhận đủ tiếng",
    "E3": "âm ly có dòng điện",
    "E4": "micrô nghe thấy",
}
_TONES = {
    **dict.fromkeys((State.PLAYED,), "good"),
    **dict.fromkeys(SOUNDING, "live"),
    **dict.fromkeys((State.CUT, State.MISSED, State.FAILED, State.REJECTED, State.EXPIRED), "bad"),
    **dict.fromkeys((State.INTERRUPTED, State.UNKNOWN), "wait"),
}
FORM_FIELDS = {
    "text": "Lời", "title": "Tiêu đề", "name": "Tên", "area_id": "Địa bàn", "note": "Lời ghi", "answer": "Câu trả lời",
    "reason": "Lý do", "authority": "Người ra lệnh", "priority": "Loại tin", "kind": "Loại", "file": "Tệp", "sound": "Tệp ghi âm",
    "photo": "Ảnh", "day": "Ngày", "hour": "Giờ", "until": "Đến ngày", "minutes": "Số phút", "days": "Số ngày",
    "percent": "Âm lượng", "written": "Chữ viết", "spoken": "Cách đọc", "urls": "Địa chỉ luồng", "address": "Địa chỉ",
    "username": "Tên đăng nhập", "password": "Mật khẩu", "content": "Nội dung",
}  # fmt: skip
"""What the fields of forms are called on screens."""

_SIGNS = {"good": "✓", "live": "♪", "bad": "✗", "wait": "…", "calm": "•", "over": "–"}


def tone(state: State) -> str:
    """How a state is coloured: good, bad, live, wait, calm, over."""
    return _TONES.get(state, "over" if state in ENDS else "calm")


def sign(state: State) -> str:
    """A sign beside the words, for those who do not see colours."""
    return _SIGNS[tone(state)]


def reason(code: str) -> str:
    """A reason in words; one that this version does not know stays as it is."""
    return REASON_NAMES[Reason(code)] if code in set(Reason) else code


def named(code: str) -> str:
    """Any code of a report in words: a state, a class, a field or a reason; what is none of these stays as it is."""
    if code in State.__members__:
        return STATE_NAMES[State(code)]
    if code in Priority.__members__:
        return PRIORITY_NAMES[Priority[code]]
    return FIELDS.get(code) or reason(code)


__all__ = [
    "CLOCK_NAMES", "DONE", "EVIDENCE_NAMES", "FEEDBACK_KINDS", "FEEDBACK_STATUSES", "FIELDS", "FILE_NAMES",
    "FINDING_ADVICE", "FINDING_NAMES", "FORM_FIELDS", "FOUND", "HOP_NAMES", "KINDS", "LEVEL_NAMES", "OCCURRENCE_NAMES",
    "OPERATION_NAMES", "PRIORITY_NAMES", "PROBLEM_ADVICE", "PROBLEM_NAMES", "PRODUCTION_NAMES", "REFUSAL_NAMES",
    "ROLE_NAMES", "STATE_NAMES", "STATUS_NAMES", "WHAT_TO_DO", "WHY", "named", "reason", "sign", "tone",
]  # fmt: skip
