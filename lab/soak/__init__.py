"""Thousands of real calls through every outcome while everything around them breaks; then every book is compared.

`python -m lab.soak` (or `make soak`). `switch` and `people` say what is called and who calls, `trouble` what breaks
and when, both from a seed; `director` does to the calls what neither caller nor phone can; `witnesses` reads what
others than the ledger know; `proof` compares.
"""
