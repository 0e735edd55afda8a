"""Any document of a commune becomes blocks of text in reading order, each with its part in the document.

    document = extract(Path("thong-bao.docx"))

Importing this is cheap: what touches a file's content is loaded only in the process that `extract` starts.
"""

from reading.extraction.layout import classify_blocks
from reading.extraction.limits import DEFAULT, Limits
from reading.extraction.paragraph import RawParagraph
from reading.extraction.process import extract

__all__ = ["DEFAULT", "Limits", "RawParagraph", "classify_blocks", "extract"]
