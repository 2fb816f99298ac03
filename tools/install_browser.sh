#!/bin/sh
# Chromium for the browser journeys and a Chinese font to see their pages with; only what is missing is installed.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || missing="chromium"
if ! fc-list 2>/dev/null | grep -qi 'cjk'; then missing="$missing fonts-noto-cjk"; fi
[ -z "$missing" ] && exit 0
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
    echo "Please install with your system's package manager: $missing" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 -- a list of names
apt-get install -y -qq --no-install-recommends $missing >/dev/null
