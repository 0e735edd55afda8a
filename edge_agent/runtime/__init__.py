"""The real world behind the ports: clock, broker, HTTP, GPIO, health, and the loop that drives the agent."""
