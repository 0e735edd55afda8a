"""What people are told about remote care: what was asked of a box, what it answered, and what to do then."""

from protocol.errors import Refusal
from protocol.messages import ClockState, Finding, Operation, Problem
from server.chain_words import WHAT_TO_DO

OPERATION_NAMES = {
    Operation.TEST_TONE: "Phát tiếng thử",
    Operation.SELF_TEST: "Tự kiểm tra",
    Operation.LOGS: "Lấy nhật ký",
    Operation.RESTART: "Khởi động lại",
    Operation.UPDATE: "Cập nhật phần mềm",
    Operation.VOLUME: "Đặt âm lượng",
    Operation.STOP_ALL: "Dừng ngay",
    Operation.DECOMMISSION: "Xoá sạch hộp và ngừng dùng",
}
DONE = {
    Operation.TEST_TONE: "tiếng thử đã phát xong",
    Operation.LOGS: "nhật ký ở dưới",
    Operation.RESTART: "hộp đang khởi động lại, khoảng nửa phút nữa sẽ kết nối",
    Operation.UPDATE: "đã cài, hộp đang khởi động bằng bản mới; nếu bản mới hỏng, hộp tự quay về bản cũ",
    Operation.DECOMMISSION: "hộp đã xoá khoá, tiếng và lịch; đài không còn tin hộp này",
}
"""What "done" means, where that is not plain."""
PROBLEM_NAMES = {
    Problem.BAD_ARGS: "hộp không hiểu lệnh này",
    Problem.NOT_AVAILABLE: "hộp này không làm được việc này",
    Problem.NO_MIXER: "hộp không có bộ chỉnh âm lượng",
    Problem.QUIET_HOURS: "đang ngoài giờ được phát nên loa không kêu",
    Problem.BUSY: "loa đang phát hoặc sắp phát",
    Problem.DISTURBED: "có tin phải phát chen ngang nên lần thử không tính",
    Problem.NO_MICROPHONE: "hộp không có micrô để nghe lại",
    Problem.MICROPHONE: "micrô kiểm tra không thu được tiếng",
    Problem.MIXER: "bộ chỉnh âm lượng không nghe lệnh",
    Problem.NO_OUTPUT: "không mở được đầu ra âm thanh",
    Problem.INTERRUPTED: "hộp mất điện hoặc khởi động lại giữa chừng nên việc này dở dang",
    Problem.INTERNAL: "phần mềm của hộp gặp lỗi",
}
PROBLEM_ADVICE = {
    Problem.BAD_ARGS: "Phần mềm của hộp cũ hơn của đài: hãy cập nhật hộp.",
    Problem.NOT_AVAILABLE: "Phần mềm trên hộp phải được cài bằng gói cài đặt thì mới tự cập nhật được; hãy cài gói đó tại chỗ.",
    Problem.NO_MIXER: "Vặn núm của âm ly, hoặc khai báo bộ chỉnh âm lượng trên hộp theo tài liệu lắp đặt.",
    Problem.QUIET_HOURS: "Hãy thử lại trong giờ được phát.",
    Problem.BUSY: "Đợi phát xong rồi thử lại.",
    Problem.DISTURBED: "Hãy thử lại.",
    Problem.NO_MICROPHONE: "Bấm “Phát tiếng thử” và nhờ người nghe, hoặc gắn micrô USB dưới loa.",
    Problem.MICROPHONE: "Xem micrô còn cắm chặt không, rồi chạy lệnh kiểm tra ngay trên hộp.",
    Problem.MIXER: "Âm lượng thật của hộp ghi ở trên. Chạy lệnh kiểm tra ngay trên hộp để xem tên bộ chỉnh âm lượng.",
    Problem.NO_OUTPUT: WHAT_TO_DO["no_output"],
    Problem.INTERRUPTED: "Hộp không tự làm lại. Nếu còn cần, hãy ra lệnh lần nữa.",
    Problem.INTERNAL: "Lấy nhật ký của hộp rồi gửi cho người làm phần mềm.",
}
FINDING_NAMES = {
    Finding.GOOD: "loa kêu tốt",
    Finding.SILENT: "không nghe thấy tiếng loa",
    Finding.WEAK: "tiếng loa yếu",
    Finding.DISTORTED: "tiếng loa rè, méo",
}
FINDING_ADVICE = {
    Finding.SILENT: WHAT_TO_DO["horn_silent"],
    Finding.WEAK: WHAT_TO_DO["horn_weak"],
    Finding.DISTORTED: WHAT_TO_DO["horn_rattles"],
}
CLOCK_NAMES = {
    ClockState.SYNCED: "đúng giờ",
    ClockState.HOLDOVER: "tự giữ giờ, chưa đối chiếu lại được",
    ClockState.UNSYNCED: "không tin được: loa giữ lại các lịch hẹn giờ, chỉ phát tin khẩn cấp",
}
REFUSAL_NAMES = {
    Refusal.MALFORMED: "tin hỏng, không đọc được",
    Refusal.UNKNOWN_KEY: "ký bằng khoá lạ",
    Refusal.REVOKED_KEY: "ký bằng khoá đã thu hồi",
    Refusal.BAD_SIGNATURE: "chữ ký không đúng",
    Refusal.WRONG_VERSION: "phiên bản giao thức khác",
    Refusal.WRONG_KIND: "tin gửi nhầm loại",
    Refusal.WRONG_ROLE: "khoá này không được ký loại tin đó",
    Refusal.WRONG_ISSUER: "khoá của nơi khác",
    Refusal.WRONG_AUDIENCE: "tin gửi cho loa khác",
    Refusal.EXPIRED: "tin đã hết hạn",
    Refusal.STALE: "tin cũ hơn tin loa đang giữ",
}
BAD_HASH = "bad_hash"
FILE_NAMES = {BAD_HASH: "tệp tiếng tải về không đúng"}
"""What `RefusalReport.refusal` may be besides a `Refusal`."""
