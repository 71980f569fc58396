"""The words and sentences of AMI: bytes to messages, actions to bytes, lists and their ends.

No socket, no loop, no clock.
"""
