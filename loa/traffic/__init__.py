"""What a speaker's month costs on a mobile network: real bytes counted by kind, and a month computed from them."""
