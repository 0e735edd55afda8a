"""CAP 1.2 XML → CapMessage. The file comes from outside: no DTD, no entity, no network, no large tree is ever followed.

Elements and their closed lists are those of the OASIS standard "Common Alerting Protocol Version 1.2" (1 July 2010), section 3.2.
"""

from datetime import datetime

from lxml import etree
from pydantic import ValidationError

from server.cap.message import CapArea, CapError, CapInfo, CapMessage, CapReference

MAX_BYTES = 1_000_000
_CAP = "urn:oasis:names:tc:emergency:cap:1.2"
_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
_MOST_POINTS = 20_000
_WIDEST_KM = 3000.0
"""More than the length of the country: a mistake."""
_VALUES = {
    "status": ("Actual", "Exercise", "System", "Test", "Draft"),
    "msgType": ("Alert", "Update", "Cancel", "Ack", "Error"),
    "scope": ("Public", "Restricted", "Private"),
    "urgency": ("Immediate", "Expected", "Future", "Past", "Unknown"),
    "severity": ("Extreme", "Severe", "Moderate", "Minor", "Unknown"),
    "certainty": ("Observed", "Likely", "Possible", "Unlikely", "Unknown"),
}


def parse(data: bytes) -> CapMessage:
    """The message. Raises CapError: too large, no XML, no CAP 1.2, something missing or not of the standard's lists."""
    if len(data) > MAX_BYTES:
        raise CapError("Tệp cảnh báo quá lớn (tối đa 1 MB).")
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise CapError("Tệp không phải XML đúng dạng. Hãy lấy lại tệp cảnh báo từ nơi gửi.") from error
    if root.getroottree().docinfo.doctype:
        raise CapError("Tệp có khai báo DOCTYPE nên bị từ chối. Tệp CAP đúng chuẩn không có khai báo này.")
    if root.tag != f"{{{_CAP}}}alert":
        raise CapError("Tệp không phải cảnh báo theo chuẩn CAP 1.2.")
    try:
        return _message(root)
    except ValidationError as error:
        raise CapError("Cảnh báo CAP có giá trị không đúng chuẩn (thời điểm phải có múi giờ).") from error


def _message(root: etree._Element) -> CapMessage:
    return CapMessage(
        identifier=_text(root, "identifier", needed=True),
        sender=_text(root, "sender", needed=True),
        sent=_time(root, "sent", needed=True),
        status=_word(root, "status"),
        msg_type=_word(root, "msgType"),
        scope=_word(root, "scope"),
        note=_text(root, "note"),
        references=tuple(_reference(word) for word in _text(root, "references").split()),
        infos=tuple(_info(info) for info in _all(root, "info")),
        signed=root.find(f".//{_SIGNATURE}") is not None,
    )


def _info(info: etree._Element) -> CapInfo:
    return CapInfo(
        language=_text(info, "language") or "en-US",  # the standard's default
        categories=tuple(_said(category) for category in _all(info, "category")),
        event=_text(info, "event", needed=True),
        response_types=tuple(_said(each) for each in _all(info, "responseType")),
        urgency=_word(info, "urgency"),
        severity=_word(info, "severity"),
        certainty=_word(info, "certainty"),
        effective=_time(info, "effective"),
        onset=_time(info, "onset"),
        expires=_time(info, "expires"),
        sender_name=_text(info, "senderName"),
        headline=_text(info, "headline"),
        description=_text(info, "description"),
        instruction=_text(info, "instruction"),
        contact=_text(info, "contact"),
        areas=tuple(_area(area) for area in _all(info, "area")),
    )


def _area(area: etree._Element) -> CapArea:
    return CapArea(
        description=_text(area, "areaDesc", needed=True),
        polygons=tuple(_ring(_said(polygon)) for polygon in _all(area, "polygon")),
        circles=tuple(_circle(_said(circle)) for circle in _all(area, "circle")),
        geocodes=tuple((_text(code, "valueName"), _text(code, "value")) for code in _all(area, "geocode")),
    )


def _ring(text: str) -> tuple[tuple[float, float], ...]:
    points = tuple(_point(pair) for pair in text.split())
    if not 4 <= len(points) <= _MOST_POINTS or points[0] != points[-1]:
        raise CapError("Vùng đa giác trong cảnh báo không khép kín hoặc quá nhiều điểm.")
    return points


def _circle(text: str) -> tuple[float, float, float]:
    centre, _, radius = text.strip().partition(" ")
    try:
        radius_km = float(radius)
    except ValueError:
        radius_km = -1.0
    if not 0 <= radius_km <= _WIDEST_KM:
        raise CapError(f"Vùng tròn “{text[:60]}” trong cảnh báo không đọc được.")
    return (*_point(centre), radius_km)


def _point(pair: str) -> tuple[float, float]:
    latitude, _, longitude = pair.partition(",")
    try:
        point = float(latitude), float(longitude)
    except ValueError as error:
        raise CapError(f"Tọa độ “{pair[:40]}” trong cảnh báo không đọc được.") from error
    if not (-90 <= point[0] <= 90 and -180 <= point[1] <= 180):
        raise CapError(f"Tọa độ “{pair[:40]}” trong cảnh báo nằm ngoài trái đất.")
    return point


def _reference(word: str) -> CapReference:
    parts = word.split(",")
    if len(parts) != 3:
        raise CapError("Phần tham chiếu của cảnh báo không đúng dạng “người gửi,mã,thời điểm”.")
    return CapReference(sender=parts[0], identifier=parts[1], sent=datetime.fromisoformat(_iso(parts[2])))


def _all(parent: etree._Element, name: str) -> list[etree._Element]:
    return list(parent.iterfind(f"{{{_CAP}}}{name}"))


def _said(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _text(parent: etree._Element, name: str, *, needed: bool = False) -> str:
    found = parent.find(f"{{{_CAP}}}{name}")
    text = _said(found) if found is not None else ""
    if needed and not text:
        raise CapError(f"Cảnh báo CAP thiếu phần bắt buộc “{name}”.")
    return text


def _word(parent: etree._Element, name: str) -> str:
    text = _text(parent, name, needed=True)
    if text not in _VALUES[name]:
        raise CapError(f"Cảnh báo CAP có “{name}” là “{text[:40]}”, không có trong chuẩn.")
    return text


def _time(parent: etree._Element, name: str, *, needed: bool = False) -> datetime | None:
    text = _text(parent, name, needed=needed)
    return datetime.fromisoformat(_iso(text)) if text else None


def _iso(text: str) -> str:
    """The standard writes the zone of UTC as "-00:00" and never as Z."""
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise CapError(f"Thời điểm “{text[:40]}” trong cảnh báo không đọc được.") from error
    return text
