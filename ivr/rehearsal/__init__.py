"""Calls rehearsed without a telephone: dialogues, a simulated world, coverage, proposals. Pure: no I/O, no clock."""
