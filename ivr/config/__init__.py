"""One hotline's folder: settings, flows and messages read, checked against each other, and kept as frozen values."""
