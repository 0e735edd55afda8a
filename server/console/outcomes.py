"""What a redirect may say on the next page: `?xong=KEY`. Keys are Vietnamese words without accents."""

from server.console.languages import N_

OUTCOMES = {
    "luu": N_("Đã lưu."),
    "gui": N_("Đã gửi lãnh đạo duyệt."),
    "duyet": N_("Đã duyệt. Bản tin có thể phát sóng."),
    "tra": N_("Đã trả lại cho người soạn."),
    "thu": N_("Đã thu hồi."),
    "lich": N_("Đã lên lịch phát."),
    "doi": N_("Đã dời giờ phát."),
    "loa": N_("Đã thêm cụm loa."),
    "tieng": N_("Đang dựng tiếng."),
    "dung": N_("Đã gửi lệnh dừng tới tất cả các loa."),
    "khan-cap": N_("Đã phát lệnh khẩn cấp."),
    "ghi-am": N_("Đã đưa bản ghi vào bản tin. Hãy dựng lại tiếng để nghe cả chương trình."),
    "giu-san": N_("Đã gửi xuống các loa để giữ sẵn."),
    "het": N_("Đã báo hết tình huống khẩn cấp."),
    "lai": N_("Đã gửi lại cho các loa chưa phát được."),
    "ban-moi": N_("Đã tạo bản nháp mới."),
    "doc-lai": N_("Đã đọc lại văn bản theo từ điển hiện nay; mọi câu đã sửa được giữ."),
    "tu": N_("Đã đưa vào từ điển. Văn bản soạn từ nay đọc theo dòng này; bản nháp cũ thì bấm “Đọc lại văn bản”."),
    "bo-tu": N_("Đã bỏ khỏi từ điển."),
    "nhap": N_("Đã nhập từ điển."),
    "tra-loi": N_("Đã trả lời góp ý."),
    "bo-gop-y": N_("Đã bỏ góp ý khỏi danh sách chờ."),
    "thon-gui": N_("Đã gửi. Xã duyệt xong loa sẽ phát đúng giờ đã chọn."),
    "bao-hong": N_("Đã báo cho kỹ thuật."),
    "thoi-tin": N_("Đài không còn tin hộp này. Lấy mã mới để gắn hộp khác."),
    "lenh": N_("Đã gửi lệnh cho loa. Câu trả lời hiện ở dưới."),
    "thiet-lap": N_("Đã thiết lập xong. Hãy đăng nhập."),
}
