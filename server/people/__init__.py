"""People: accounts, signing in, what each may do where, and the first setup."""
