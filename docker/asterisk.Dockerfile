# Asterisk and SIPp of Debian's unstable suite: the packages of lab/rootfs.sh. The project is the build's context.
FROM docker.io/library/debian:sid-slim

RUN apt-get -o Acquire::Check-Valid-Until=false update \
 && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
      asterisk asterisk-core-sounds-en-gsm asterisk-moh-opsound-wav sip-tester hostname \
 && rm -rf /var/lib/apt/lists/* \
 && rm -rf /etc/asterisk/* \
 && install -d -o asterisk -g asterisk /run/asterisk

COPY docker/asterisk.sh docker/agents.sh docker/callers.sh docker/with-secrets.sh /usr/local/bin/
# Root sets things up and hands over to the user `asterisk` (-U): that is who answers calls.
ENTRYPOINT ["/usr/local/bin/with-secrets.sh"]
CMD ["asterisk.sh"]
