"""Alembic's folder: one module a change of schema, from the first schema on."""
