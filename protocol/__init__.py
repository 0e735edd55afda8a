"""The wire contract between station and speakers: topics, messages, states, signed envelopes, the table of priorities."""
