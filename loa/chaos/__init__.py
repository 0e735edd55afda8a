"""A simulated fleet in a hostile world, its history, and a checker that knows nothing of the agent."""
