"""One Asterisk, watched: AMI and queue_log in; state kept, history written, changes published.

Importing this package imports nothing else: the wallboard takes only ``ami_bridge.messages`` from it.
"""
