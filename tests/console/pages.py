"""The pages that each role goes to by itself: every one is opened at both sizes."""

PAGES = {
    None: ("/dang-nhap", "/mat-ket-noi"),
    "canbo": ("/", "/ban-tin", "/ban-tin/moi", "/tu-dien", "/loa", "/lich-su", "/xa", "/khan-cap", "/dung"),
    "lanhdao": ("/", "/ban-tin/cho-duyet", "/xa"),
    "truongthon": ("/", "/ban-tin/moi"),
    "kythuat": ("/", "/loa"),
}
SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 360, "height": 740}}
