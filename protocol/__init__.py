"""The wire contract between station and speakers, version 1. docs/protocol.md is its text; both sides import this room.

- `ids`, `topics`: names · `keys`, `envelope`: who may say what, signed · `jobs`, `messages`, `policy`, `enrolment`: what is said
- `states`: what may become of a job · `priorities`: who sounds over whom
"""
