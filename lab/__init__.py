"""A real Asterisk, real SIP phones and a real database on this machine, for the demo, the call tests and the bench.

A development package: it is not in the wheel (docs/decisions/0003-lab-folder.md).
"""
