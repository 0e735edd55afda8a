"""The station: HTTP API and console, database, gateway to the broker, worker pools."""
