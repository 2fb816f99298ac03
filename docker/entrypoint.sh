#!/bin/sh
# web | worker | beat | any `manage.py` command
set -eu
what=${1:-web}
[ $# -gt 0 ] && shift
case "$what" in
web)
    # Only the proxy's word counts for where a call comes from and whether it came by https.
    exec uvicorn config.asgi:application --host 0.0.0.0 --port "${PORT:-8000}" --workers "${WEB_CONCURRENCY:-2}" \
        --no-access-log --no-server-header --proxy-headers --forwarded-allow-ips "${FORWARDED_ALLOW_IPS:-127.0.0.1}" \
        --timeout-graceful-shutdown 20 --ws-max-size 65536 --lifespan off --log-level warning "$@"
    ;;
worker)
    exec celery -A config.celery worker --pool prefork --concurrency "${WORKER_CONCURRENCY:-2}" --loglevel WARNING \
        --max-tasks-per-child 200 --without-gossip --without-mingle "$@"
    ;;
beat)
    # Exactly one of these. The schedule stands in the settings; its file holds nothing that matters.
    exec celery -A config.celery beat --schedule /tmp/beat-schedule --pidfile= --loglevel WARNING "$@"
    ;;
*)
    exec python backend/manage.py "$what" "$@"
    ;;
esac
