"""What callers hear: flows, the engine, prompts, services; the composition root and the command line."""
