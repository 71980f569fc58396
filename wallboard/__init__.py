"""What ops see: the live page, its WebSocket, the REST API and the metrics. Reads the store and the bridge's feed."""
