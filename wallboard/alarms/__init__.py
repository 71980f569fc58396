"""Alarms: what rings when nobody looks at a board. What is decided (rules, machine, causes, outbox) is pure."""
