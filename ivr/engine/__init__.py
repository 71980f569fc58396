"""The pure engine: one `step` for real calls, simulation, tests and replay."""
