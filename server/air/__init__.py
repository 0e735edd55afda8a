"""Everything that goes over the air: signed manifests out, signed reports in."""

from server.air.air import Air

__all__ = ["Air"]
