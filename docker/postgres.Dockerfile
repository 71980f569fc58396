# PostgreSQL of Debian, on loopback, its password from the secrets' volume.
FROM docker.io/library/debian:bookworm-slim

RUN mkdir -p /etc/postgresql-common && echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf \
 && apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends postgresql \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o postgres -g postgres /var/lib/postgresql/data

COPY docker/postgres.sh docker/with-secrets.sh /usr/local/bin/
ENTRYPOINT ["/usr/local/bin/with-secrets.sh"]
CMD ["postgres.sh"]
