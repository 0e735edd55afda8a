"""The agent on a Raspberry Pi: verifies, fetches, plays, reports."""
