"""One call's wire: the FastAGI conversation, its server, its verbs, and the host for classic AGI scripts."""
