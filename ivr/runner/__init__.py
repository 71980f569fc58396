"""One segment of one call: the engine's effects turned into AGI verbs. The only place where flows meet a channel."""
