"""Where each role can go: one table. The first four that a person has lie under the thumb on a phone, the rest behind "Thêm"."""

from collections.abc import Callable
from dataclasses import dataclass

from server.console.languages import N_
from server.people.rights import Action
from server.tables import RoleName

AT_THE_THUMB = 4
_ALL = frozenset(RoleName)
_MENDERS = frozenset({RoleName.TECHNICIAN})
_STUDIO = frozenset({RoleName.OFFICER, RoleName.LEADER, RoleName.PROVINCE})
_PLANNING = ("/ke-hoach", "/chuong-trinh", "/tiep-song", "/khung-ngay", "/cho-dong-y")
"""Tabs of the calendar's page."""


@dataclass(frozen=True)
class Entry:
    """A page that people go to by themselves."""

    path: str
    label: str
    icon: str
    """Id of a symbol in `static/icons.svg`."""
    needs: Action = Action.READ
    roles: frozenset[RoleName] = _ALL
    under: tuple[str, ...] = ()
    """Other beginnings of paths that belong to this entry."""


ENTRIES = (
    Entry("/", N_("Hôm nay"), "today"),
    Entry("/thon", N_("Thôn"), "village", roles=frozenset({RoleName.VILLAGE_HEAD})),
    Entry("/ky-thuat", N_("Kỹ thuật"), "fault", roles=_MENDERS, under=("/su-co",)),
    Entry("/ban-tin/cho-duyet", N_("Chờ duyệt"), "approve", needs=Action.APPROVE),
    Entry("/ban-tin", N_("Bản tin"), "bulletin", under=("/len-song",)),
    Entry("/lich", N_("Lịch phát"), "calendar", under=_PLANNING),
    Entry("/loa", N_("Cụm loa"), "speaker", under=("/nhom",)),
    Entry("/ky-thuat", N_("Kỹ thuật"), "fault", needs=Action.SPEAKERS, roles=_STUDIO, under=("/su-co",)),
    Entry("/hop-thu", N_("Hộp thư"), "inbox", roles=_STUDIO),
    Entry("/tu-dien", N_("Từ điển"), "dictionary", roles=_STUDIO),
    Entry("/lich-su", N_("Nhật ký phát"), "log"),
    Entry("/gop-y", N_("Góp ý"), "feedback", roles=_STUDIO, under=("/cong-khai",)),
    Entry("/bao-cao", N_("Báo cáo"), "report"),
    Entry("/bang", N_("Bảng lớn"), "board", roles=_STUDIO),
    Entry("/xa", N_("Xã"), "commune"),
)


@dataclass(frozen=True)
class Link:
    """An entry as one page shows it."""

    path: str
    label: str
    icon: str
    here: bool


def links(role: RoleName, may: Callable[[str], bool], path: str) -> list[Link]:
    """The entries of a person, in order; at most one is where the person is: the one with the longest fitting path."""
    mine = [entry for entry in ENTRIES if role in entry.roles and may(entry.needs)]
    here = max((entry for entry in mine if _fits(entry, path)), key=lambda entry: len(entry.path), default=None)
    return [Link(entry.path, entry.label, entry.icon, entry is here) for entry in mine]


def leads_to(path: str, role: RoleName) -> bool:
    """Whether the role has an entry with this path."""
    return any(entry.path == path and role in entry.roles for entry in ENTRIES)


def _fits(entry: Entry, path: str) -> bool:
    return any(path == start or (start != "/" and path.startswith(f"{start}/")) for start in (entry.path, *entry.under))
