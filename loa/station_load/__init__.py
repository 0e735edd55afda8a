"""How a whole station bears thousands of devices: real MQTT, real HTTP, simulated devices."""
