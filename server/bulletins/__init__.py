"""Bulletins: from the document that came in to the version that a leader approved."""
