"""A script becomes sound."""
