"""What the hops between station and horn are called, and what a technician is told about each."""

from server.chain import Hop

HOP_NAMES = {
    Hop.STATION: "Đài",
    Hop.BROKER: "Máy chuyển tin",
    Hop.AGENT: "Thiết bị",
    Hop.SOUND_CARD: "Mạch âm thanh",
    Hop.AMPLIFIER: "Âm ly",
    Hop.HORN: "Loa nén",
}
WHY = {
    "answers": "đang trả lời",
    "carries": "đang chuyển tin",
    "all_silent": "mọi loa cùng mất tin một lúc",
    "nobody_heard": "chưa nghe tin từ loa nào",
    "no_box": "chưa gắn thiết bị",
    "offline": "mất kết nối với đài",
    "hangs": "còn kết nối nhưng không báo tin",
    "under_voltage": "nguồn điện yếu",
    "talks": "đang báo tin đều",
    "no_output": "không mở được đầu ra âm thanh",
    "took_frames": "đã nhận đủ tiếng ở lần phát gần nhất",
    "not_played": "chưa phát lần nào",
    "no_proof": "không có bằng chứng gần đây",
    "no_power": "có người báo mất điện ở loa",
    "drew_current": "có dòng điện ở lần phát gần nhất",
    "not_measured": "gần đây chưa đo được dòng điện",
    "horn_silent": "không có tiếng",
    "horn_weak": "tiếng yếu",
    "horn_rattles": "tiếng rè, hú",
    "loose": "loa hoặc dây bị rơi, lỏng",
    "was_heard": "micrô đã nghe thấy tiếng",
    "test_was_heard": "micrô đã nghe thấy tiếng ở lần tự kiểm tra gần nhất",
    "not_heard_by_ear": "gần đây chưa có micrô nào nghe thấy",
    "ear_broken": "micrô kiểm tra không thu được tiếng",
    "behind": "chưa biết, vì khâu trước đang hỏng",
}
"""Why it is thought so, as a sentence goes on."""
WHAT_TO_DO = {
    "all_silent": "Kiểm tra đường mạng và máy chuyển tin của đài trước khi đi tới từng loa.",
    "no_box": "Lấy mã gắn thiết bị rồi nhập vào hộp ở cột loa.",
    "offline": "Gọi người ở gần xem đèn nguồn của hộp; nếu còn điện, kiểm tra sóng 4G hoặc dây mạng, rồi rút cắm lại nguồn.",
    "hangs": "Bấm “Khởi động lại”. Nếu một phút sau vẫn im, tới nơi rút cắm lại nguồn.",
    "under_voltage": "Thay bộ nguồn hoặc dây nguồn của hộp (cần đủ 5 V, 3 A).",
    "no_output": "Kiểm tra mạch âm thanh còn cắm chặt; bấm “Tự kiểm tra”, rồi xem nhật ký thiết bị.",
    "no_power": "Kiểm tra áptômát và nguồn của âm ly, sau đó bấm “Phát tiếng thử”.",
    "horn_silent": "Bấm “Phát tiếng thử” và nhờ người nghe. Nếu âm ly sáng đèn mà im: kiểm tra dây ra loa và củ loa.",
    "horn_weak": "Xem âm lượng trên trang này và núm của âm ly; nếu đúng cả, kiểm tra biến áp và củ loa.",
    "horn_rattles": "Giảm âm lượng. Nếu vẫn rè, siết lại giá loa và thay màng loa.",
    "ear_broken": "Xem micrô còn cắm chặt không; bấm “Tự kiểm tra” để thử lại. Chưa biết loa có kêu không.",
    "loose": "Cắt nguồn âm ly trước khi leo. Buộc lại loa, nối lại dây, rồi phát tiếng thử.",
}
"""What to do about what is broken, or keeps us from knowing."""
