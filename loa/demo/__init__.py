"""The main job once, from document to what came out of three speakers, over the same HTTP API that any client uses."""
