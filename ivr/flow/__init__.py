"""The flow language: files read, checked and kept as frozen values."""
