"""What a refusal means for the broadcast, by the page that says it: people ask first whether the speakers will sound."""

from server.console.languages import N_

ELSEWHERE = N_("Chưa có gì thay đổi; những gì đang phát và đã lên lịch vẫn như cũ.")
OF_PAGES = {
    "new.html": N_("Bản tin chưa được lưu, chưa phát gì."),
    "on_air.html": N_("Chưa lên lịch thêm lượt phát nào; các lượt đã lên lịch vẫn phát."),
    "order.html": N_("Chưa loa nào phát tin khẩn cấp này."),
    "calendar.html": N_("Lượt phát vẫn giữ ngày giờ cũ."),
    "leader.html": N_("Lần bấm vừa rồi chưa duyệt và chưa trả lại bản tin nào."),
    "day_plan.html": N_("Chưa lên lịch thêm lượt phát nào; các lượt đã lên lịch vẫn phát."),
    "village.html": N_("Chưa phát gì. Bà con chưa nghe thấy tin này."),
    "village_template.html": N_("Chưa phát gì. Bà con chưa nghe thấy tin này."),
    "village_message.html": N_("Chưa hẹn thêm giờ phát nào cho tin này."),
    "technician_speaker.html": N_("Loa chưa nhận việc này; lịch phát không đổi."),
    "policy.html": N_("Quy định cũ vẫn có hiệu lực."),
    "dictionary.html": N_("Từ điển chưa đổi; các bản tin vẫn đọc như cũ."),
    "inbox.html": N_("Không có gì tự phát từ tệp này."),
    "inbox_message.html": N_("Tin này chưa được đưa vào bản tin nào, chưa phát."),
    "feedback.html": N_("Người góp ý chưa thấy câu trả lời này; lịch phát không đổi."),
}
"""Template → what holds when it shows a refused form."""
SILENT = frozenset({"problem.html", "sign_in.html", "setup.html", "resident_feedback.html", "resident_answer.html"})
"""They say it themselves, or have nothing to do with broadcasts."""


def consequence(template: str) -> str:
    """Vietnamese; "" where there is nothing to say."""
    return "" if template in SILENT else OF_PAGES.get(template, ELSEWHERE)
