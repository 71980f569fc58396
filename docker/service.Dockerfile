# The service: AGI server, bridge, wallboard, supervised by `hotline up`. The project is the build's context.
FROM docker.io/library/debian:bookworm-slim

RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
      python3 python3-venv espeak-ng ca-certificates curl \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/hotline
COPY . .
RUN python3 -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir '.[fast]'
ENV PATH=/opt/venv/bin:$PATH
ENTRYPOINT ["/opt/hotline/docker/with-secrets.sh"]
CMD ["hotline", "up", "/var/lib/hotline/cable-tv"]
