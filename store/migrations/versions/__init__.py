"""One module per change of the schema, in the order their `down_revision` says."""
