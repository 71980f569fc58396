"""Two versions of a hotline compared by what they mean: for callers, for the numbers they dial, for the dialogues."""
