"""Two real agents with a sound card each, recorded on one clock. What judges the recording (`judge`) knows nothing of the agent."""
