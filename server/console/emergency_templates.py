"""Emergency messages to begin from: short, what happens, what to do, where to call. The dotted places are filled in by the officer.

Made before the season, approved and kept on the speakers, each is then two taps away.
"""

from dataclasses import dataclass

from server.console.languages import N_


@dataclass(frozen=True)
class Template:
    """A message for one hazard; `hazard` is the contract's word for it."""

    key: str
    hazard: str
    name: str
    text: str
    """With `{place}` for the commune's name."""


TEMPLATES = {
    template.key: template
    for template in (
        Template(
            "flood",
            "flood",
            N_("Lũ, ngập lụt"),
            "Thông báo khẩn của Ủy ban nhân dân {place}. Nước sông đang lên nhanh, nguy cơ ngập lụt. "
            "Bà con ở vùng thấp và ven suối di chuyển ngay lên chỗ cao. Không qua ngầm tràn, không vớt củi. "
            "Hãy tắt điện trước khi rời nhà và giúp người già, trẻ nhỏ. Cần cứu giúp hãy báo ngay cho trưởng thôn.",
        ),
        Template(
            "flash_flood",
            "flood",
            N_("Lũ quét, sạt lở"),
            "Thông báo khẩn của Ủy ban nhân dân {place}. Có nguy cơ lũ quét và sạt lở đất. "
            "Bà con ở chân đồi, ven suối rời nhà ngay, đến nhà văn hóa thôn. Không quay lại lấy đồ. "
            "Thấy nước suối đục bất thường hoặc nghe tiếng đất đá, hãy chạy ngay lên chỗ cao.",
        ),
        Template(
            "storm",
            "storm",
            N_("Bão, dông lốc"),
            "Thông báo khẩn của Ủy ban nhân dân {place}. Bão sắp đổ bộ, gió giật rất mạnh. "
            "Bà con ở trong nhà kiên cố, tránh xa cửa kính, cột điện và cây to. Không ra ngoài đến khi có thông báo hết bão.",
        ),
        Template(
            "dam_release",
            "dam_release",
            N_("Xả lũ hồ chứa"),
            "Thông báo khẩn của Ủy ban nhân dân {place}. Hồ chứa phía trên bắt đầu xả lũ. "
            "Bà con rời ngay khỏi lòng sông, bãi bồi, đưa người, thuyền và gia súc lên bờ cao. Không qua sông, qua ngầm.",
        ),
        Template(
            "fire",
            "fire",
            N_("Cháy, cháy rừng"),
            "Thông báo khẩn của Ủy ban nhân dân {place}. Đang có cháy. Bà con ở gần rời đi ngược chiều gió. "
            "Lực lượng chữa cháy của các thôn tập trung ngay tại nhà văn hóa. Gọi số một một bốn để báo cháy.",
        ),
        Template(
            "epidemic",
            "epidemic",
            N_("Dịch bệnh"),
            "Thông báo khẩn của Ủy ban nhân dân {place}. Trên địa bàn có ổ dịch. "
            "Bà con không tụ tập đông người, đeo khẩu trang, rửa tay bằng xà phòng, ăn chín, uống chín. "
            "Ai sốt, ho hoặc tiêu chảy hãy ở nhà và báo ngay cho trạm y tế xã. "
            "Gia súc, gia cầm ốm chết phải báo, không bán, không vứt ra suối.",
        ),
        Template(
            "search",
            "search",
            N_("Tìm người"),
            "Thông báo khẩn của Ủy ban nhân dân {place}. Có người mất tích. Bà con ai nhìn thấy, "
            "hãy báo ngay cho trưởng thôn hoặc công an xã.",
        ),
    )
}
"""By key, the commonest first."""

HAZARD_NAMES = {
    "flood": N_("Lũ, ngập lụt"),
    "storm": N_("Bão, dông lốc"),
    "fire": N_("Cháy, cháy rừng"),
    "dam_release": N_("Xả lũ hồ chứa"),
    "epidemic": N_("Dịch bệnh"),
    "search": N_("Tìm người"),
    "other": N_("Việc khác"),
}
"""The contract's hazards in words."""
