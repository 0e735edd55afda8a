# ruff: noqa: E501 (whole sentences)
"""Ten whole documents as a commune writes them, invented for these tests, with the part that each line plays.

This file is the truth: `make_documents.py` renders it in every format and writes the expectation beside each document.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Line:
    kind: str
    text: str
    marker: str = ""
    level: int = 0


@dataclass(frozen=True)
class Table:
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    merge_down: tuple[tuple[int, int, int], ...] = ()
    """(column, first row, last row) of body cells merged into one; the text is repeated in `rows`."""


@dataclass(frozen=True)
class Source:
    slug: str
    issuer: tuple[str, ...] = ()
    number: str = ""
    subject: str = ""
    motto: tuple[str, ...] = ()
    place_date: str = ""
    stamp: str = ""
    title: tuple[str, ...] = ()
    body: tuple[Line | Table, ...] = ()
    recipients: tuple[str, ...] = ()
    signature: tuple[str, ...] = ()
    warnings: tuple[str, ...] = field(default=())


STATE = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
PARTY = ("ĐẢNG CỘNG SẢN VIỆT NAM",)


def p(text: str) -> Line:
    return Line("paragraph", text)


def h(text: str, level: int = 0) -> Line:
    return Line("heading", text, level=level)


def li(marker: str, text: str, level: int = 0) -> Line:
    return Line("list_item", text, marker, level)


DOCUMENTS: tuple[Source, ...] = (
    Source(
        slug="thong-bao-rac",
        issuer=("ỦY BAN NHÂN DÂN", "XÃ KHUỔI NẰN"),
        number="Số: 112/TB-UBND",
        motto=STATE,
        place_date="Khuổi Nằn, ngày 03 tháng 6 năm 2026",
        title=("THÔNG BÁO", "Về việc thu gom rác thải sinh hoạt và tổng vệ sinh đường làng, ngõ xóm"),
        body=(
            p(
                "Thực hiện Kế hoạch số 45/KH-UBND ngày 20/5/2026 của UBND xã về xây dựng nông thôn mới kiểu mẫu, UBND xã Khuổi Nằn "
                "thông báo đến toàn thể các hộ gia đình trên địa bàn như sau:"
            ),
            li("1.", "Thời gian: từ 6h30 ngày 08/6/2026, định kỳ thứ hai và thứ năm hằng tuần."),
            li("2.", "Mức thu: 25.000 đồng/hộ/tháng; hộ nghèo, hộ cận nghèo được giảm 50%."),
            li("3.", "Các hộ phân loại rác tại nhà:"),
            li("-", "Rác hữu cơ ủ làm phân bón;", 1),
            li("-", "Rác vô cơ cho vào bao, để trước cổng trước 6 giờ.", 1),
            p("Lịch thu gom của từng thôn:"),
            Table(
                ("TT", "Thôn", "Ngày thu gom", "Giờ", "Điểm tập kết"),
                (
                    ("1", "Nà Ít", "Thứ hai, thứ năm", "6h30", "Nhà văn hóa thôn"),
                    ("2", "Nà Nhiều", "Thứ hai, thứ năm", "7h15", "Ngã ba Pò Cại"),
                    ("3", "Khuổi Luông", "Thứ ba, thứ sáu", "6h30", "Cầu treo"),
                ),
            ),
            p("Mọi thắc mắc xin liên hệ ông Lý Văn Páo, công chức địa chính - môi trường, điện thoại 0912.345.678."),
            p("Đề nghị các thôn và toàn thể nhân dân nghiêm túc thực hiện./."),
        ),
        recipients=("- TT Đảng ủy, HĐND xã;", "- Các thôn;", "- Đài truyền thanh xã;", "- Lưu: VT, ĐC."),
        signature=("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "(Đã ký)", "Nông Văn Hải"),
    ),
    Source(
        slug="giay-moi-hop",
        issuer=("UBND XÃ THƯỢNG LÂM", "BAN CHỈ ĐẠO CHUYỂN ĐỔI SỐ"),
        number="Số: 07/GM-BCĐ",
        motto=STATE,
        place_date="Thượng Lâm, ngày 14 tháng 9 năm 2026",
        title=("GIẤY MỜI", "Họp sơ kết công tác chuyển đổi số quý III/2026"),
        body=(
            p("Kính gửi: Các đồng chí thành viên Ban Chỉ đạo; trưởng các thôn, tổ công nghệ số cộng đồng."),
            p("Ban Chỉ đạo Chuyển đổi số xã trân trọng kính mời các đồng chí dự họp sơ kết quý III/2026, cụ thể:"),
            li("-", "Thời gian: 7 giờ 30 phút, thứ tư, ngày 16/9/2026;"),
            li("-", "Địa điểm: Hội trường tầng 2, trụ sở UBND xã;"),
            li("-", "Chủ trì: Đồng chí Ma Thị Hằng, Phó Chủ tịch UBND xã, Phó Trưởng Ban Chỉ đạo;"),
            li("-", "Nội dung: đánh giá tỷ lệ hồ sơ trực tuyến (đến nay đạt 78,5%), bàn nhiệm vụ quý IV."),
            p("Các đồng chí mang theo CCCD gắn chíp và điện thoại thông minh để được hướng dẫn cài VNeID mức 2."),
            p("Rất mong các đồng chí có mặt đúng giờ, đúng thành phần./."),
        ),
        recipients=("- Như kính gửi;", "- Chủ tịch, các PCT UBND xã;", "- Lưu: VT, BCĐ."),
        signature=("TL. TRƯỞNG BAN", "PHÓ TRƯỞNG BAN", "(Đã ký)", "Ma Thị Hằng"),
    ),
    Source(
        slug="cong-van-lu",
        issuer=("ỦY BAN NHÂN DÂN", "XÃ BẢN PHÚNG"),
        number="Số: 356/UBND-KT",
        subject="V/v chủ động ứng phó mưa lớn, lũ quét và sạt lở đất",
        motto=STATE,
        place_date="Bản Phúng, ngày 22 tháng 7 năm 2026",
        body=(
            p("Kính gửi: Trưởng các thôn, bản; các trường học; Trạm Y tế; Ban Chỉ huy Quân sự và Công an xã."),
            p(
                "Theo bản tin của Đài Khí tượng Thủy văn tỉnh, từ đêm 22/7 đến ngày 25/7/2026 trên địa bàn xã có mưa to đến rất to, lượng "
                "mưa phổ biến 150 - 250 mm, có nơi trên 300 mm. Chủ tịch UBND xã yêu cầu:"
            ),
            li(
                "1.",
                "Trưởng các thôn, bản rà soát ngay các hộ ở ven suối, dưới chân taluy; sơ tán xong trước 17h00 ngày 22/7/2026.",
            ),
            li(
                "2.",
                "Công an xã, Ban CHQS xã cắm biển cấm, cử người trực 24/24 giờ tại ngầm tràn Huổi Lếch và Km 12+300 trên ĐT.145.",
            ),
            li(
                "3.", "Các trường học căn cứ tình hình, cho học sinh nghỉ học khi cần và báo cáo trước 6 giờ hằng ngày."
            ),
            li("4.", "Khi có sự cố gọi ngay số trực 0215 3 862 113 hoặc 112."),
            p("Yêu cầu các đơn vị nghiêm túc thực hiện./."),
        ),
        recipients=("- Như trên;", "- TT Đảng ủy (b/c);", "- Lưu: VT."),
        signature=("CHỦ TỊCH", "(Đã ký)", "Lò Văn Pành"),
    ),
    Source(
        slug="ke-hoach-dai-doan-ket",
        issuer=("ỦY BAN MTTQ VIỆT NAM XÃ ĐỨC LONG", "BAN THƯỜNG TRỰC"),
        number="Số: 18/KH-MTTQ-BTT",
        motto=STATE,
        place_date="Đức Long, ngày 05 tháng 10 năm 2026",
        title=("KẾ HOẠCH", "Tổ chức Ngày hội Đại đoàn kết toàn dân tộc năm 2026"),
        body=(
            h("I. MỤC ĐÍCH, YÊU CẦU"),
            li("1.", "Ôn lại truyền thống 96 năm Ngày thành lập MTTQ Việt Nam (18/11/1930 - 18/11/2026)."),
            li("2.", "Tổ chức trang trọng, tiết kiệm, phát huy vai trò tự quản của nhân dân."),
            h("II. NỘI DUNG"),
            li("1.", "Phần lễ"),
            li("a)", "Chào cờ, tuyên bố lý do, giới thiệu đại biểu;", 1),
            li("b)", "Biểu dương gia đình văn hóa tiêu biểu, mỗi thôn 03 - 05 hộ, mức thưởng 300.000đ/hộ.", 1),
            li("2.", 'Phần hội: văn nghệ, thể thao, "Bữa cơm đoàn kết".'),
            h("III. THỜI GIAN, ĐỊA ĐIỂM"),
            Table(
                ("Ngày", "Buổi", "Khu dân cư", "Đại biểu dự"),
                (
                    ("14/11/2026", "Sáng", "Thôn Bó Pha", "Thường trực Đảng ủy"),
                    ("14/11/2026", "Chiều", "Thôn Bản Sẩy", "Thường trực HĐND"),
                    ("15/11/2026", "Sáng", "Tổ dân phố 2", "Lãnh đạo UBND"),
                ),
                merge_down=((0, 0, 1),),
            ),
            h("IV. KINH PHÍ"),
            p("Kinh phí hỗ trợ 5.000.000 đồng/khu dân cư từ ngân sách xã, phần còn lại vận động xã hội hóa."),
        ),
        recipients=("- BTT UBMTTQ tỉnh (b/c);", "- Ban công tác Mặt trận các thôn;", "- Lưu: MT."),
        signature=("TM. BAN THƯỜNG TRỰC", "CHỦ TỊCH", "(Đã ký)", "Đàm Thị Nguyệt"),
    ),
    Source(
        slug="quyet-dinh-hoi-thi",
        issuer=("ỦY BAN NHÂN DÂN", "XÃ CẨM GIANG"),
        number="Số: 245/QĐ-UBND",
        motto=STATE,
        place_date="Cẩm Giang, ngày 11 tháng 3 năm 2026",
        title=("QUYẾT ĐỊNH", "Về việc thành lập Ban Tổ chức Hội thi Nhà nông đua tài lần thứ XII"),
        body=(
            h("CHỦ TỊCH ỦY BAN NHÂN DÂN XÃ CẨM GIANG"),
            p("Căn cứ Luật Tổ chức chính quyền địa phương số 72/2025/QH15;"),
            p("Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư;"),
            p("Theo đề nghị của Chủ tịch Hội Nông dân xã tại Tờ trình số 09-TTr/HNDX ngày 06/3/2026."),
            h("QUYẾT ĐỊNH:"),
            p(
                "Điều 1. Thành lập Ban Tổ chức Hội thi gồm 07 thành viên, do ông Vi Đức Thắng, Phó Chủ tịch UBND xã, làm Trưởng ban."
            ),
            p(
                "Điều 2. Hội thi diễn ra ngày 26/3/2026; giải nhất 2.000.000 đồng, giải nhì 1.500.000 đồng, giải ba 1.000.000 đồng."
            ),
            p(
                "Điều 3. Quyết định này có hiệu lực kể từ ngày ký. Văn phòng HĐND và UBND xã, Hội Nông dân xã và các ông (bà) có tên "
                "tại Điều 1 chịu trách nhiệm thi hành./."
            ),
        ),
        recipients=("- Như Điều 3;", "- TT HĐND xã;", "- Lưu: VT, HND."),
        signature=("CHỦ TỊCH", "(Đã ký)", "Hà Quang Trung"),
    ),
    Source(
        slug="lich-tiem-chung",
        issuer=("UBND XÃ MƯỜNG KHÔI", "TRẠM Y TẾ"),
        number="Số: 31/TB-TYT",
        motto=STATE,
        place_date="Mường Khôi, ngày 28 tháng 4 năm 2026",
        title=("THÔNG BÁO", "Lịch tiêm chủng mở rộng tháng 5 năm 2026"),
        body=(
            p("Trạm Y tế xã Mường Khôi thông báo lịch tiêm chủng cho trẻ dưới 24 tháng tuổi và phụ nữ có thai:"),
            Table(
                ("Ngày", "Thôn", "Đối tượng", "Vắc xin"),
                (
                    ("05/5/2026", "Hua Noong, Co Muông", "Trẻ 2, 3, 4 tháng", "5 trong 1, bOPV"),
                    ("06/5/2026", "Tà Pàn", "Trẻ 9 tháng", "Sởi đơn (M)"),
                    ("07/5/2026", "Bản Cuông", "Trẻ 18 tháng", "MR, DPT"),
                    ("08/5/2026", "Các thôn còn lại", "Phụ nữ có thai", "Uốn ván (Td)"),
                ),
            ),
            p("Thời gian tiêm: buổi sáng từ 7h30 đến 11h00; nhiệt độ bảo quản vắc xin từ 2°C đến 8°C."),
            p("Khi đi tiêm mang theo sổ tiêm chủng, thẻ BHYT. Sau tiêm ở lại Trạm theo dõi 30 phút."),
            p("Nếu trẻ sốt trên 38,5°C, quấy khóc kéo dài, gọi Trạm: (0212) 3855.115."),
        ),
        recipients=("- UBND xã (b/c);", "- Y tế thôn, bản;", "- Lưu: TYT."),
        signature=("TRẠM TRƯỞNG", "(Đã ký)", "BS. Quàng Thị Mai"),
    ),
    Source(
        slug="thong-bao-dang-uy",
        issuer=("ĐẢNG BỘ TỈNH THÁI NGUYÊN", "ĐẢNG ỦY XÃ PHÚ THỊNH"),
        number="Số 15-TB/ĐU",
        motto=PARTY,
        place_date="Phú Thịnh, ngày 02 tháng 01 năm 2026",
        title=("THÔNG BÁO", "Kết luận của Ban Thường vụ Đảng ủy về sản xuất vụ xuân 2026"),
        body=(
            p(
                "Ngày 30/12/2025, Ban Thường vụ Đảng ủy đã họp, xem xét Tờ trình số 88/TTr-UBND của UBND xã và thống nhất kết luận:"
            ),
            li("1.", "Diện tích lúa xuân 412,5 ha, trong đó lúa lai 60%; năng suất phấn đấu 58 tạ/ha."),
            li("2.", "Khung lịch gieo mạ từ 15/01 đến 05/02/2026; không gieo khi nhiệt độ dưới 15°C."),
            li("3.", "Giao UBND xã cân đối 1,2 tỷ đồng hỗ trợ giống ST25, J02 cho hộ nghèo theo Nghị quyết 12-NQ/ĐU."),
            p("Các chi bộ phổ biến thông báo này đến toàn thể đảng viên và nhân dân."),
        ),
        recipients=("- BTV Tỉnh ủy (b/c);", "- Các chi bộ trực thuộc;", "- Lưu: VPĐU."),
        signature=("T/M BAN THƯỜNG VỤ", "PHÓ BÍ THƯ THƯỜNG TRỰC", "(Đã ký)", "Dương Minh Tuấn"),
    ),
    Source(
        slug="thong-bao-thon",
        issuer=("THÔN ĐỒNG TRĂNG",),
        title=("THÔNG BÁO", "Về việc cắt nước để sửa đường ống"),
        body=(
            p("Kính thưa toàn thể bà con nhân dân thôn Đồng Trăng!"),
            p(
                "Đường ống dẫn nước từ bể Khe Lim về đầu thôn bị vỡ. Tổ quản lý nước sẽ ngừng cấp nước để sửa chữa từ 13h đến 17h30, chủ "
                "nhật, ngày 17/5/2026."
            ),
            p(
                "Bà con tích nước dùng trước. Mỗi hộ cử 01 người mang cuốc, xẻng có mặt lúc 12h45 tại bể Khe Lim để cùng làm."
            ),
            p("Hộ nào vắng đóng 150.000 đồng tiền công, nộp cho bà Hoàng Thị Lụa, kế toán thôn, số máy 0987 654 321."),
            p("Rất mong bà con thông cảm và thực hiện."),
        ),
        signature=("TRƯỞNG THÔN", "Nguyễn Đức Cường"),
    ),
    Source(
        slug="cong-dien-bao",
        issuer=("ỦY BAN NHÂN DÂN", "XÃ HẢI TIẾN"),
        number="Số: 03/CĐ-UBND",
        motto=STATE,
        place_date="Hải Tiến, ngày 18 tháng 9 năm 2026",
        stamp="HỎA TỐC",
        title=("CÔNG ĐIỆN", "Về việc tập trung ứng phó bão số 9"),
        body=(
            h("CHỦ TỊCH ỦY BAN NHÂN DÂN XÃ HẢI TIẾN ĐIỆN:"),
            li("-", "Trưởng các thôn, tổ dân phố;"),
            li("-", "Đồn Biên phòng Hải Hòa; Công an xã; Ban CHQS xã."),
            p(
                "Hồi 04 giờ ngày 18/9/2026, vị trí tâm bão ở khoảng 18,6 độ vĩ Bắc; 109,2 độ kinh Đông, sức gió mạnh nhất cấp 12 "
                "(118 - 133 km/h), giật cấp 15. Dự báo chiều tối 19/9 bão đổ bộ vào địa bàn xã. Chủ tịch UBND xã yêu cầu:"
            ),
            li(
                "1.",
                "Toàn bộ 187 tàu, thuyền vào nơi neo đậu trước 10h00 ngày 19/9; tuyệt đối không để người ở lại trên tàu, lồng bè.",
            ),
            li("2.", "Sơ tán 246 hộ với 912 người ở thôn Nam Hải, Bắc Hải đến Trường THCS Hải Tiến."),
            li(
                "3.",
                "Chằng chống nhà cửa, cắt tỉa cây; ngắt điện khi nước dâng. Số điện thoại cứu nạn: 114; trực ban xã: 02373.999.888.",
            ),
            p("Nhận được Công điện này, yêu cầu các đơn vị triển khai thực hiện ngay./."),
        ),
        recipients=("- Như trên;", "- Đài truyền thanh xã (phát 3 lần/ngày);", "- Lưu: VT, PCTT."),
        signature=("CHỦ TỊCH", "(Đã ký)", "Lê Thị Vi"),
    ),
    Source(
        slug="tuyen-truyen-pccc",
        title=("BÀI TUYÊN TRUYỀN", "Phòng cháy, chữa cháy trong mùa hanh khô"),
        body=(
            p(
                "Thưa toàn thể bà con! Từ đầu năm 2026 đến nay, trên địa bàn tỉnh xảy ra 27 vụ cháy, làm chết 02 người, thiệt hại trên 3,4 "
                "tỷ đồng. Nguyên nhân chủ yếu do chập điện (63%) và bất cẩn khi dùng lửa."
            ),
            h("1. Trong gia đình", 1),
            li("-", "Lắp áp-tô-mát cho từng tầng; không cắm nhiều thiết bị công suất lớn vào một ổ cắm;"),
            li("-", "Khóa van bình gas sau khi nấu; nếu ngửi thấy mùi gas, mở hết cửa, không bật công tắc điện;"),
            li("-", "Mỗi nhà trang bị 01 bình chữa cháy loại 4 kg và học cách sử dụng."),
            h("2. Khi làm nương, đốt thực bì", 1),
            li("-", "Chỉ đốt khi lặng gió, trước 9h sáng hoặc sau 16h;"),
            li("-", "Báo trước cho trưởng thôn, có từ 3 người trở lên canh lửa, làm đường băng cản lửa rộng 8 - 10 m."),
            p(
                "Người gây cháy rừng có thể bị phạt đến 200 triệu đồng theo Nghị định số 35/2019/NĐ-CP, hoặc bị xử lý hình sự."
            ),
            p("Khi có cháy, hãy hô hoán, ngắt cầu dao và gọi 114. Xin cảm ơn bà con đã lắng nghe!"),
        ),
    ),
)
