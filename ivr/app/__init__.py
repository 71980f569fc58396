"""The composition root: everything is built, started and stopped here, and only here is the whole house seen."""
