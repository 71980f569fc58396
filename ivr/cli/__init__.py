"""The command line `hotline`: thin commands over `ivr.app`."""
