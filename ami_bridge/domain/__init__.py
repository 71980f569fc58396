"""Queues, callers and agents as values, and the pure functions that change them. No loop, socket, clock or database."""
