"""Who may see and do what: people, roles, sessions, tokens, limits. Decided without I/O; time is an argument."""
