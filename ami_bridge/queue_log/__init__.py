"""Asterisk's queue_log: lines, the file as it grows and turns, and the history it tells.

``lines`` and ``verbs`` say what stands on a line, ``place`` where we are in a file that is rotated, ``history`` what
became of whom; they do no I/O. ``tail`` and ``files`` read.
"""
