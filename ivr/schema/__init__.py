"""JSON Schemas of one hotline's files, for editors: made from the readers themselves and from this hotline's names."""
