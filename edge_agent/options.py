"""What can be set per box; the defaults are for a pole behind a mobile network."""

from dataclasses import dataclass

MB = 1024 * 1024


@dataclass(frozen=True)
class Options:
    """Times in seconds unless the name says otherwise."""

    reconnect_jitter_s: float = 60.0
    """A lost line is tried again after a random time up to this; it keeps ten thousand boxes from knocking at once."""
    report_spread_s: float = 30.0
    """Reports of simultaneous starts wait a random time up to this; they carry true times."""
    ack_timeout_s: float = 30.0
    """Events not acknowledged by then are sent again, later and later up to ten times this."""
    fetch_margin_s: float = 600.0
    """Bulk audio is fetched at a random time up to this long before its start."""
    soon_s: float = 900.0
    """What starts within this is fetched in the urgent lane at once."""
    retry_s: float = 5.0
    """First pause after a failed fetch or connection; doubles up to `retry_max_s`."""
    retry_max_s: float = 300.0
    preload_s: float = 20.0
    """How long before its start a sound is decoded."""
    lead_s: float = 0.3
    """How long before its first frame a start is decided and written to disk."""
    poll_s: float = 300.0
    """Pause between HTTPS polls while the broker is silent."""
    poll_idle_s: float = 3600.0
    """And while it is not, since the last poll or the last acknowledgement that came over it."""
    silent_broker_s: float = 90.0
    """The broker counts as silent when a report has not been acknowledged for so long."""
    output_delay_ms: float = 0.0
    """How long the sound needs from the device's buffer to the horn; measured once per kind of box."""
    library_bytes: int = 2048 * MB
    """Most room that audio may take."""
