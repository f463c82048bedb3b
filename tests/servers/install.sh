#!/bin/sh
# Installs from the distribution what the tests and benchmarks start for real. Does nothing when all of it is there.
set -eu
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
export PATH

missing=""

need_program() { # program package
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}

need_file() { # package, then a pattern that the shell has expanded
    [ -e "$2" ] || missing="$missing $1"
}

need_program nginx nginx
need_file postgresql /usr/lib/postgresql/*/bin/initdb
need_program prometheus prometheus
need_program promtool prometheus
need_program prometheus-alertmanager prometheus-alertmanager
need_program prometheus-blackbox-exporter prometheus-blackbox-exporter
need_program chromium chromium
need_file fonts-noto-cjk /usr/share/fonts/opentype/noto/NotoSansCJK-Regular*
need_file fonts-liberation /usr/share/fonts/truetype/liberation*/LiberationSans-Regular*
need_program pdftotext poppler-utils
need_program named bind9
need_program ip iproute2
need_program unshare util-linux
need_program wrk wrk
need_program redis-server redis-server
need_program postfix postfix
need_program sshd openssh-server
need_file libfaketime /usr/lib/*/faketime/libfaketimeMT.so.1
need_program mariadbd mariadb-server-core
need_file python3-grpcio /usr/lib/python3/dist-packages/grpc/__init__.py

missing=$(printf '%s\n' $missing | sort -u | tr '\n' ' ')
missing="${missing% }"
[ -n "$missing" ] || exit 0

options="install --yes --no-install-recommends"
explain() {
    {
        printf 'the tests need: %s\n%s. Run this, then try again:\n' "$missing" "$1"
        [ "$(id -u)" = 0 ] && sudo="" || sudo="sudo "
        printf '    %sapt-get update && %senv DEBIAN_FRONTEND=noninteractive apt-get %s %s\n' "$sudo" "$sudo" "$options" "$missing"
    } >&2
    exit 1
}

command -v apt-get >/dev/null 2>&1 || explain "There is no apt-get here; these are the names of Debian 12"
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    as_root="sudo"
else
    explain "Installing needs root, and neither root nor sudo is available"
fi

echo "installing for the tests: $missing"
# RUNLEVEL=1 keeps the packages' own services from starting: the tests start their servers themselves.
$as_root env DEBIAN_FRONTEND=noninteractive apt-get update --quiet || explain "apt-get update failed"
# shellcheck disable=SC2086 # a list of words is meant
$as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get $options $missing || explain "apt-get install failed"
