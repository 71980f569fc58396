"""Values into words, one module per language; every word comes from a closed vocabulary that can be recorded."""
