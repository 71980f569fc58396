"""Who looks at the board, and who may act on it."""
