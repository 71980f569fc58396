"""The plan of the agents' shifts, as a planner exports it: `shifts/*.csv`, read and checked. Pure."""
