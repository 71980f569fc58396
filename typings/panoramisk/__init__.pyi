# Stubs for panoramisk 1.4, which ships no types: what ami_bridge and its tests use, as the code is (not as documented).
from .manager import Manager as Manager
from .message import Message as Message
