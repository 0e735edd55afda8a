"""The station's HTTP API, JSON under /api/v1. One module a noun; the rooms below do the work."""
