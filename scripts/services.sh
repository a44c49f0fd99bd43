#!/usr/bin/env bash
# Install the servers that the system tests talk to, on Debian and its kin; quick when all of them are there.
# The tests start processes of their own on free ports: what is installed here is neither started nor enabled.
set -euo pipefail

packages=(chromium postgresql prometheus prometheus-alertmanager prometheus-pushgateway)
units=(postgresql prometheus prometheus-alertmanager prometheus-pushgateway prometheus-node-exporter)

say() { echo "services: $*" >&2; }

give_up() {
    say "$*"
    say "install by hand what is missing: ${missing[*]}; or leave it: tests that need it skip, unless CI=true"
    exit 2
}

is_installed() {
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=("${packages[@]}")
command -v apt-get >/dev/null && command -v dpkg-query >/dev/null ||
    give_up "there is no apt-get: this script knows Debian, Ubuntu and the like only"

missing=()
for package in "${packages[@]}"; do
    is_installed "$package" || missing+=("$package")
done
if [ ${#missing[@]} = 0 ]; then
    say "all there: ${packages[*]}"
    exit 0
fi

as_root=()
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || give_up "apt-get needs root and there is no sudo: run make services as root"
    as_root=(sudo)
fi

# Units that were there before are somebody's, and are left as they are.
fresh=()
for unit in "${units[@]}"; do
    [ -e "/lib/systemd/system/$unit.service" ] || fresh+=("$unit.service")
done

# A package starts its daemon as it is installed, unless this file says no.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap '"${as_root[@]}" rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
fi

say "installing ${missing[*]} (once)"
"${as_root[@]}" apt-get update -qq || give_up "apt-get update failed, see above: is the network there?"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null ||
    give_up "apt-get install failed, see above"

if [ -d /run/systemd/system ] && [ ${#fresh[@]} != 0 ]; then
    for unit in "${fresh[@]}"; do
        [ ! -e "/lib/systemd/system/$unit" ] || "${as_root[@]}" systemctl --quiet disable --now "$unit"
    done
fi
say "installed ${missing[*]}"
