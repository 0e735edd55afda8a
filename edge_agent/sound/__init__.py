"""Players behind the `Output` port: a mixer with a WAV sink that keeps real time, and the sound card."""
