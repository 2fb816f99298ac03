#!/bin/sh
# Compile texts and collect style sheets while the image is built. Production settings ask for keys: these are random,
# serve for nothing but this, and are written nowhere.
set -eu
random() { python3 -c "import base64, secrets; print(base64.b64encode(secrets.token_bytes($1)).decode())"; }
export PYTHONPATH=backend:. QIANSHOU_MODE=production STATIC_ROOT="${STATIC_ROOT:-/app/build/static}"
export DATABASE_URL=postgres://nobody@nowhere/nothing REDIS_URL=redis://nowhere:6379/0 EMAIL_HOST=none
export ALLOWED_HOSTS=build.invalid
SECRET_KEY=$(random 60) QIANSHOU_KEYS="k1:$(random 32)" QIANSHOU_INDEX_KEY=$(random 32)
export SECRET_KEY QIANSHOU_KEYS QIANSHOU_INDEX_KEY
.venv/bin/python backend/manage.py messages --compile
.venv/bin/python backend/manage.py collectstatic --noinput -v0
