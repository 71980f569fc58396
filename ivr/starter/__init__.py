"""A new hotline folder: small, real, and right from the first command on."""
