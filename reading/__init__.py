"""Documents become a script that a broadcaster would read."""
