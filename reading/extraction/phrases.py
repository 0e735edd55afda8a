"""What single lines of an official document look like (annex I of NĐ 30/2020/NĐ-CP, and HD 36-HD/VPTW for the Party's).

Every question is asked of the folded line (small letters, no marks), so that OCR's lost marks do not matter.
"""

import difflib
import re

from reading.extraction.cleaning import fold, is_capitals, squeeze


def _one_of(alternatives: str) -> str:
    """A group of the alternatives, parted by "|" and any white space around it."""
    return "(?:" + "|".join(part.strip() for part in alternatives.split("|")) + ")"


_MOTTOES = ("cong hoa xa hoi chu nghia viet nam", "doc lap - tu do - hanh phuc", "dang cong san viet nam")
_MOTTO_IN_LINE = re.compile(
    r"cong hoa xa hoi chu nghia( viet( nam)?)?|doc lap\s*[-.]?\s*tu do\s*[-.]?\s*hanh phuc|dang cong san viet nam\s*$"
)
_RULE = re.compile(r"[\s\-_=*.~─━—–‗o]*[-_=*.~─━—–‗]{3,}[\s\-_=*.~─━—–‗o]*|\*|\./\.")
_NUMBER = re.compile(
    r"so\s*[:.;]?\s*(?:\d[\d\s]{0,8}[a-z]{0,2}|[.…_\s]*)\s*[/-]\s*\S{2,30}(?:\s*[-/&]\s*\S{2,20}){0,3}"
)
_DATE = r"ngay\s*[\d.…_\s]{0,12}\s*thang\s*[\d.…_\s]{0,12}\s*nam\s*(?:20|19)?[\d.…_\s]{0,8}"
_PLACE_DATE = re.compile(rf"(?P<place>[^,;:]{{2,40}})\s*[,.]\s*(?:{_DATE}|ngay\s*\d{{1,2}}[/.-]\d{{1,2}}[/.-]20\d\d)")
_PLACE_DATE_AT_END = re.compile(
    r"(?:^|\s)(?P<it>(?:[A-ZĐ]\S*\s){0,4}[A-ZĐ]\S*,\s*ngày\s*[\d.…_ ]*\s*tháng\s*[\d.…_ ]*\s*năm\s*[\d.…_ ]*)$"
)
_NO_PLACE = re.compile(
    _one_of("""
        thu | chu nhat | sang | chieu | toi | trua | dem | vao | tu | luc | hoi | hom | thoi gian | bat dau | ket thuc
        | den | cham nhat | han | truoc | sau | trong | \\d+
    """)
    + r"\b"
)
_SUBJECT = re.compile(r"(v/v|ve viec)\b")
_STAMPS = re.compile(r"\(?(hoa toc|thuong khan|khan|toi mat|tuyet mat|mat|du thao)(\s+(lan\s+)?\d+)?\)?")
_ISSUERS = re.compile(
    _one_of("""
        uy ban | ubnd | hoi dong | hdnd | dang uy | dang bo | chi bo | huyen uy | tinh uy | thanh uy | mat tran |
        ubmttq | mttq | hoi | doan | ban | cong an | tram | truong | so | chi cuc | cuc | phong | trung tam | xa |
        phuong | dac khu | thi tran | huyen | tinh | thanh pho | thon | to dan pho | khu pho | to | hop tac xa | htx |
        bo | lien doan | quy | ngan hang | doi | buu dien | cong ty | dai
    """)
    + r"\b"
)
_KINDS = _one_of("""
        thong bao | thong cao | quyet dinh | nghi quyet | chi thi | quy che | quy dinh | ke hoach | phuong an | de an
        | du an | chuong trinh | huong dan | bao cao | bien ban | to trinh | hop dong | cong van | cong dien | ban ghi
        nho | ban thoa thuan | giay moi | giay gioi thieu | giay uy quyen | thu cong | thu moi | thu ngo | thu keu goi
        | loi keu goi | don de nghi | don | ban tin | bai tuyen truyen | bai phat thanh | tin | lich | danh sach | the
        le | ket luan | phu luc | dieu le | noi quy | quy uoc | huong uoc | ke khai | phieu | de cuong | thong tin |
        canh bao | tai lieu | cong bo | khuyen cao | tuyen bo | ban cam ket | chuyen muc | tong ket
    """)
_TITLE = re.compile(rf"{_KINDS}\b")
_TITLE_ALONE = re.compile(rf"{_KINDS}( (khan( cap)?|so \d+|hop|ket luan|tuyen truyen|phat thanh))?\s*[:.]?")
_SECTION_TITLE = re.compile(r"(phu luc|danh sach|bieu( mau)?|lich|bang)\b")
_ADDRESSEE = re.compile(r"kinh (gui|thua)|thua\b")
_OPENINGS = re.compile(
    _one_of("""
        can cu | thuc hien | theo | xet | nham | de | trong | hien nay | ngay | vao | tu | sang | chieu | toi | uy ban
        | ubnd | nay
    """)
    + r"\b"
)
_ROLE = re.compile(
    r"(quyen |q\. ?)?(pho )?"
    + _one_of(r"""
        chu tich | bi thu | truong (ban|thon|khu pho|phong|cong an|tram|doan|to|dai|khu) | tram truong | to truong |
        chi huy truong | hieu truong | giam doc | tong giam doc | chanh van phong | cuc truong | chi cuc truong | chu
        nhiem | doi truong | thu truong | chu toa | thu ky | ke toan( truong)? | dai dien | cong chuc | can bo | khu
        truong | chinh tri vien | nguoi (lam don|viet don|lap|lap bieu|thong bao|de nghi|bao cao|khai|ky|cam ket) | uy
        vien | chu ho | phu trach
    """)
    + r"(\s+[^.;:!?\d]{1,60})?"
)
_FOR = re.compile(
    r"(?:(tm|kt|tl|tuq|q)\s?[./]|[tk]\s?/\s?[mtl]\.?)\s?\S.*|tm\s+(uy ban|ubnd|hdnd).*|(thay mat|thua lenh|thua uy quyen)\s.*"
)
_SIGNED = re.compile(
    r"\(?\s*(da ky|ky ten|ky,? ghi ro|ky va ghi ro|ky,? dong dau|ky dien tu|ky boi|chu ky|da ky va dong dau)"
    r"\b[^.!?]{0,50}\)?\.?|\(?ky\)?"
)
_DIGITAL_STAMP = re.compile(r"(nguoi ky|ky boi|signature (not )?(valid|verified)|digitally signed)\b")
_DIGITAL_DETAIL = re.compile(
    r"(e-?mail|co quan|to chuc|chuc vu|nguoi ky|chuc danh)\s*:|(thoi gian|ngay|date)( ky)?\s*:\s*\d"
)
_DEGREE = re.compile(
    _one_of(
        "ths | ts | bs | bsck1 | bsckii | ks | cn | ong | ba | dong chi | d/c | thieu ta | trung ta | thuong ta | dai ta | "
        "thieu uy | trung uy | thuong uy | dai uy"
    )
    + r"\.?\s+"
)
_NAME = re.compile(r"[^\W\d_]+(?:\s+[^\W\d_]+){1,5}")
_RECIPIENTS = re.compile(r"(noi nhan|noi gui)\s*(?P<colon>[:;.])?")
_FILED = re.compile(r"[-+•*]?\s*luu\s*[:;.]?\s*(vt|vp|ho so|hs|tc|ttvh|van thu|ca|qs|vhxh|vh-xh|mttq|cb|[a-z]{2,6}\b)")
_AS_ABOVE = re.compile(
    r"[-+•*]?\s*(nhu (tren|kinh gui|dieu|muc|phan)|tt\.?\s|thuong truc |bch |chu tich|cac pct|ct,? |lanh dao)"
)


def is_motto(line: str) -> bool:
    """Like "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "ĐẢNG CỘNG SẢN VIỆT NAM", OCR's slips forgiven."""
    if len(line) > 60:
        return False
    folded = _as_motto(line)
    return is_whole_motto(line) or any(_nearly(folded, motto) for motto in _MOTTOES[:2])


def _nearly(folded: str, motto: str) -> bool:
    if abs(len(folded) - len(motto)) > 6:
        return False
    matcher = difflib.SequenceMatcher(None, folded, motto)
    return matcher.quick_ratio() >= 0.82 and matcher.ratio() >= 0.82


def is_whole_motto(line: str) -> bool:
    """A motto without any slip."""
    folded = _as_motto(line)
    return folded in _MOTTOES and (folded != _MOTTOES[2] or is_capitals(line))


def _as_motto(line: str) -> str:
    return re.sub(r"\s*-\s*", " - ", squeeze(fold(line))).strip(" .*-_")


def motto_start(line: str) -> int:
    """Where a motto begins inside a longer line, or -1."""
    found = _MOTTO_IN_LINE.search(fold(line))
    return found.start() if found else -1


def is_rule(line: str) -> bool:
    """A line of dashes, stars or underscores; also a lone "./." that ends a document."""
    return _RULE.fullmatch(line.strip()) is not None


def is_document_number(line: str) -> bool:
    """Like "Số: 12/TB-UBND", "Số 05-TB/ĐU", "Số:      /KH-UBND"."""
    return len(line) <= 60 and _NUMBER.fullmatch(squeeze(fold(line)).strip(" .")) is not None


def is_place_date(line: str) -> bool:
    """Like "Khuổi Nằn, ngày 3 tháng 6 năm 2026", with blanks for day and month too; not "Thứ hai, ngày 3 tháng 6 năm 2026"."""
    found = _PLACE_DATE.fullmatch(squeeze(fold(line)).strip(" .()"))
    return found is not None and not _NO_PLACE.match(found["place"]) and not line.strip()[:1].islower()


def place_date_start(line: str) -> int:
    """Where "Nơi, ngày … tháng … năm …" begins at the end of a longer line, or -1."""
    found = _PLACE_DATE_AT_END.search(line)
    return found.start("it") if found and is_place_date(found["it"]) else -1


def is_subject(line: str) -> bool:
    """Like "V/v …", "Về việc …"."""
    return _SUBJECT.match(fold(line).strip()) is not None


def is_stamp(line: str) -> bool:
    """Marks of urgency, secrecy or draft: "HỎA TỐC", "(DỰ THẢO)"."""
    return is_capitals(line) and _STAMPS.fullmatch(squeeze(fold(line))) is not None


def is_issuer(line: str) -> bool:
    """A line in capitals that begins like the name of an authority."""
    return len(line) <= 90 and is_capitals(line) and _ISSUERS.match(fold(line).strip()) is not None


def is_title(line: str) -> bool:
    """A line that names a kind of document in capitals, or is nothing but such a name."""
    folded = squeeze(fold(line))
    if _TITLE_ALONE.fullmatch(folded):
        return True
    return is_capitals(line) and len(line) <= 200 and _TITLE.match(folded) is not None


def is_title_alone(line: str) -> bool:
    """Nothing but the name of a kind of document: "THÔNG BÁO"."""
    return _TITLE_ALONE.fullmatch(squeeze(fold(line))) is not None


def is_section_title(line: str) -> bool:
    """The title of something attached after the signature: "PHỤ LỤC", "DANH SÁCH …"."""
    return is_capitals(line) and _SECTION_TITLE.match(fold(line).strip()) is not None


def is_addressee(line: str) -> bool:
    """Like "Kính gửi: …", "Kính thưa …": the body has begun."""
    return _ADDRESSEE.match(fold(line).strip()) is not None


def is_sentence(line: str) -> bool:
    """Reads as running text rather than as a line of a title."""
    return (
        line.rstrip()[-1:] in {".", ";", ":", ",", "!", "?"}
        or len(line) > 200
        or _OPENINGS.match(fold(line).strip()) is not None
    )


def is_signing_for(line: str) -> bool:
    """Like "TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "TL.", "TUQ.", "Q."."""
    return len(line) <= 90 and is_capitals(line) and _FOR.fullmatch(squeeze(fold(line))) is not None


def is_role(line: str) -> bool:
    """Like "PHÓ CHỦ TỊCH", "Trưởng thôn": an office alone on a line of at most eight words."""
    folded = squeeze(fold(line)).strip(" :")
    if len(folded.split()) > 8 or _ROLE.fullmatch(folded) is None:
        return False
    return is_capitals(line) or len(folded.split()) <= 4


def is_authority(line: str) -> bool:
    """Like "CHỦ TỊCH ỦY BAN NHÂN DÂN XÃ CẨM GIANG": who decides, in capitals under the title of a decision."""
    return is_capitals(line) and _ROLE.fullmatch(squeeze(fold(line)).strip(" :")) is not None


def is_signed(line: str) -> bool:
    """Like "(Đã ký)", "(Ký, ghi rõ họ tên)"."""
    return _SIGNED.fullmatch(squeeze(fold(line))) is not None


def is_digital_stamp(line: str) -> bool:
    """Like "Người ký: …", "Ký bởi: …": what a digital signature prints over the page begins so."""
    return len(line) <= 120 and _DIGITAL_STAMP.match(fold(line).strip()) is not None


def is_digital_stamp_detail(line: str) -> bool:
    """Like "Email: …", "Cơ quan: …", "Thời gian ký: 03.06.2026 10:11": the lines that follow in such a stamp."""
    return len(line) <= 160 and _DIGITAL_DETAIL.match(fold(line).strip()) is not None


def is_name(line: str) -> bool:
    """A person's name alone: two to six words with capital initials, with a degree or rank before it or not."""
    bare = squeeze(line)
    found = _DEGREE.match(fold(bare))
    if found:
        bare = bare[found.end() :]
    return len(bare) <= 40 and _NAME.fullmatch(bare) is not None and all(word[0].isupper() for word in bare.split())


def is_recipients(line: str) -> bool:
    """Like "Nơi nhận:" alone, or followed by recipients and not by a place to fetch something."""
    folded = squeeze(fold(line))
    found = _RECIPIENTS.match(folded)
    if found is None:
        return False
    rest = folded[found.end() :].strip()
    return not rest or (found["colon"] is not None and ("luu" in rest or "nhu tren" in rest or rest.startswith("-")))


def is_filed(line: str) -> bool:
    """Like "Lưu: VT", "- Lưu VT, VP."."""
    return len(line) <= 60 and _FILED.match(squeeze(fold(line))) is not None


def is_recipient(line: str) -> bool:
    """A line of the recipients' list by its words alone."""
    return len(line) <= 120 and (_AS_ABOVE.match(squeeze(fold(line))) is not None or is_filed(line))
