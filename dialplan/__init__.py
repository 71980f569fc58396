"""Asterisk's text files: read, written and checked; and the one form in which every mistake in a text file is told."""
