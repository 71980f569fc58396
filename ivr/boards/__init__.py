"""Boards as config: `boards/*.yaml` read and checked. Pure; what a board is stands in `wallboard.boards`."""
