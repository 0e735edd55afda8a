"""Older and foreign office formats, turned into .docx by LibreOffice in a profile of its own."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from reading.errors import ExtractionFailedError, UnreadableDocumentError
from reading.extraction.limits import Limits
from reading.extraction.tool import run_tool

_PROGRAMS = ("soffice", "libreoffice")
# No macro runs, nothing linked is fetched, whatever the document asks for.
_SAFE = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Writer/Content/Update", "Link", "0"),
)
_ITEM = '<item oor:path="/org.openoffice.{}"><prop oor:name="{}" oor:op="fuse"><value>{}</value></prop></item>'
_SETTINGS = (
    '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
    + "".join(_ITEM.format(*setting) for setting in _SAFE)
    + "</oor:items>"
)
_OPTIONS = ("--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo", "--nofirststartwizard")


def to_docx(path: Path, ending: str, folder: Path, limits: Limits) -> Path:
    """The file at `path`, of the type that `ending` (".doc", ".odt", ".rtf") stands for, as a .docx inside `folder`.

    Raises ExtractionFailedError where LibreOffice is not installed or runs out of its limits, UnreadableDocumentError
    where it cannot read the file.
    """
    program = next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        raise ExtractionFailedError(
            f"Máy của đài chưa cài LibreOffice nên chưa đọc được tệp {ending}. Người quản trị hãy cài gói libreoffice-writer; "
            "trong lúc chờ, hãy lưu văn bản thành .docx hoặc .pdf rồi gửi lại."
        )
    with tempfile.TemporaryDirectory(dir=folder) as profile:
        user = Path(profile) / "user"
        user.mkdir()
        (user / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
        source = folder / f"source{ending}"
        shutil.copyfile(path, source)
        command = [
            program,
            f"-env:UserInstallation=file://{profile}",
            *_OPTIONS,
            "--convert-to",
            "docx",
            "--outdir",
            str(folder),
            str(source),
        ]
        run_tool(command, limits, stdout=subprocess.DEVNULL)
    converted = folder / "source.docx"
    if not converted.is_file():
        raise UnreadableDocumentError(
            f"Tệp {ending} bị hỏng hoặc được đặt mật khẩu nên không đọc được. "
            "Hãy mở bằng Word hoặc LibreOffice, lưu thành .docx rồi gửi lại."
        )
    return converted
