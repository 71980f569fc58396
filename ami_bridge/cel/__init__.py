"""Asterisk's channel event log (CEL): its lines, and the calls they tell of. Neither does I/O.

``lines`` says what stands on a line of ``cel-custom/hotline.csv``; ``call`` and ``calls`` what became of whom: who
talked to whom from when to when, who was sent where, and who hung up.
"""
