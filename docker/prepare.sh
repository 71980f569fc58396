#!/bin/sh
# Once before the others: secrets, prompts, Asterisk's configuration, what SIPp's agents and callers do.
set -eu

if [ ! -s /secrets/hotline.env ]; then
  umask 077
  random() { head -c 18 /dev/urandom | base64 | tr -d '/+=\n'; }
  password=$(random)
  cat >/secrets/hotline.env <<SECRETS
HOTLINE_AMI_SECRET=$(random)
HOTLINE_AGENT_SECRET=$(random)
HOTLINE_BILLING_TOKEN=$(random)
HOTLINE_POSTGRES_PASSWORD=$password
HOTLINE_DATABASE_URL=postgresql://hotline:$password@127.0.0.1:${HOTLINE_POSTGRES_PORT:-5432}/postgres
SECRETS
  umask 022
fi
# Who signs in at the wallboard; its own step, for volumes that were made before there was sign-in.
if ! grep -q '^HOTLINE_SUPERVISOR_HASH=' /secrets/hotline.env; then
  umask 077
  head -c 12 /dev/urandom | base64 | tr -d '/+=\n' >/secrets/supervisor-password
  hotline token new --into /tmp/monitoring | sed -n 's/^token  *//p' >/secrets/monitoring-token
  cat >>/secrets/hotline.env <<SECRETS
HOTLINE_SUPERVISOR_HASH=$(hotline user hash </secrets/supervisor-password)
HOTLINE_VIP_DESK_HASH=$(head -c 18 /dev/urandom | base64 | hotline user hash)
HOTLINE_MONITORING_HASH=$(cat /tmp/monitoring)
SECRETS
  umask 022
fi
# The sample keeps office hours; what is shown must not depend on the clock, so a copy of it is always open.
folder=$HOTLINE_STATE_DIR/cable-tv
mkdir -p "$folder"
cp -R /opt/hotline/examples/cable-tv/. "$folder"
sed -i 's/"Mo-Su 08:00-22:00"/"Mo-Su 00:00-24:00"/' "$folder/hotline.yaml"

# Now that there are secrets, the rest runs with them.
exec /opt/hotline/docker/with-secrets.sh sh -eu -c '
  hotline check "$1"
  hotline prompts "$1"
  hotline render "$1" --into /etc/asterisk
  python3 -m lab.container_files /sipp
  # Asterisk reads them as another user; the volumes are seen by our containers alone.
  chmod -R go+rX /etc/asterisk
  mkdir -p "$HOTLINE_STATE_DIR/recordings"
  chmod 1777 "$HOTLINE_STATE_DIR/recordings"
' sh "$folder"
