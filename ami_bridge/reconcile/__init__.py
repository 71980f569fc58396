"""The ledger held against queue_log: what belongs together, where they differ, and what puts it right.

``matching``, ``comparing`` and ``repairing`` do no I/O; ``checking`` asks the store.
"""
