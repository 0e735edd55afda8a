"""Invitations: what a technician takes from the station to a box, as a QR code or as a small file for its boot partition."""

import segno

from protocol.enrolment import Invitation

FILE = "loa-enrol.txt"
"""The name under which a box looks for it."""


def qr_svg(invitation: Invitation) -> str:
    """An SVG to put into a page or print: large modules and a quiet zone, for a cheap camera in bad light."""
    code = segno.make(invitation.text(), error="m", micro=False)
    return code.svg_inline(scale=6, border=4, light="#fff", omitsize=False)
