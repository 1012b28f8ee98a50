# shellcheck shell=bash
# What the set-up scripts ask of the machine they run on: may we install, and how. Sourced.

# Programs of root live where a user's, or a container's, PATH does not look.
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

say() {
    printf 'setup: %s\n' "$*" >&2
}

# The exit code says: something needed on this machine is unavailable.
stop() {
    printf 'setup: %s\n' "$*" >&2
    exit 69
}

is_root() {
    [ "$(id -u)" -eq 0 ]
}

has() {
    command -v "$1" >/dev/null 2>&1
}

# Never asks for a password: a set-up that waits for one hangs in CI.
as_root() {
    if is_root; then "$@"; else sudo -n "$@"; fi
}

may_install() {
    has apt-get && { is_root || { has sudo && sudo -n true 2>/dev/null; }; }
}

# install_packages PACKAGE...: from the machine's own apt sources. Shows apt's last lines only if it fails.
install_packages() {
    local log
    log=$(mktemp)
    say "installing $* (apt)"
    if apt_get update >"$log" 2>&1; then :; else say "apt-get update failed; trying with the lists at hand"; fi
    if ! apt_get install --yes --no-install-recommends "$@" >>"$log" 2>&1; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

# A machine that has just booted may still be running apt itself: wait for its lock instead of failing.
apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l \
        apt-get -q -o DPkg::Lock::Timeout=120 "$@" </dev/null
}
