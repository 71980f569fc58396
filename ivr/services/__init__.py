"""What a flow asks of the world besides the telephone: data, memory, the record of journeys, the seal of a cursor."""
