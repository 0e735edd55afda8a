"""When something is due, and who may sound when. No sockets, no tables."""
