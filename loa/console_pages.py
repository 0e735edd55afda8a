"""The console's pages that each role goes to by itself: the browser tests and `loa bench console` open every one at both sizes."""

PAGES: dict[str | None, tuple[str, ...]] = {
    None: ("/dang-nhap", "/mat-ket-noi", "/nguoi-dan", "/nguoi-dan/nghe-lai", "/nguoi-dan/gop-y"),
    "canbo": (
        "/",
        "/ban-tin",
        "/ban-tin/moi",
        "/tu-dien",
        "/loa",
        "/nhom",
        "/hop-thu",
        "/lich-su",
        "/xa",
        "/khan-cap",
        "/dung",
        "/lich",
        "/ke-hoach",
        "/chuong-trinh",
        "/tiep-song",
        "/khung-ngay/hai-buoi",
        "/tin-cay",
        "/bao-cao",
        "/bang",
        "/bat-dau",
        "/gop-y",
        "/cong-khai",
    ),
    "lanhdao": (
        "/",
        "/ban-tin/cho-duyet",
        "/xa",
        "/xa/quy-dinh",
        "/xa/ngay",
        "/xa/ma-cu",
        "/xa/bao-tin",
        "/xa/nhat-ky",
        "/xa/nhat-ky/kiem-tra",
        "/xa/luu-tru",
    ),
    "truongthon": ("/", "/ban-tin/moi", "/thon", "/thon/bao-hong", "/thon/mau/hop-thon"),
    "kythuat": ("/", "/loa", "/ky-thuat", "/su-co"),
}
"""User name of the stage's people (None: nobody is signed in) → paths."""
SIZES: dict[str, tuple[int, int]] = {"desktop": (1280, 800), "phone": (360, 740)}
"""Name → width and height, CSS pixels."""
