# shellcheck shell=bash
# uv reads none of pip's settings: this hands them on, so that one configured machine needs no second
# configuration. Sourced. Never names an index itself, and never overrides what was set for uv.

# pip_setting NAME: pip's value for a setting; the environment wins over files, as in pip.
pip_setting() {
    .venv/bin/python -m pip config list 2>/dev/null |
        sed -n "s/^\(global\|install\|:env:\)\.$1='\(.*\)'\$/\1 \2/p" |
        sed -e 's/^global /1 /' -e 's/^install /2 /' -e 's/^:env: /3 /' | sort | tail -n 1 | cut -d ' ' -f 2-
}

# hand_on VARIABLE VALUE: exports it unless the person has set it, or there is nothing to hand on.
hand_on() {
    if [ -z "${!1:-}" ] && [ -n "$2" ]; then
        export "$1=$2"
    fi
}

use_pip_settings() {
    hand_on UV_DEFAULT_INDEX "$(pip_setting index-url)"
    hand_on UV_INDEX "$(pip_setting extra-index-url)"
    hand_on UV_NO_INDEX "$(pip_setting no-index)"
    hand_on UV_FIND_LINKS "$(pip_setting find-links | tr ' ' ',')"
    hand_on UV_INSECURE_HOST "$(pip_setting trusted-host)"
    hand_on UV_HTTP_TIMEOUT "$(pip_setting default-timeout)"
    hand_on SSL_CERT_FILE "$(pip_setting cert)"
}

# A company's proxy that opens TLS is trusted by the system's certificates, not by the bundled ones.
use_system_certificates() {
    local bundle=/etc/ssl/certs/ca-certificates.crt
    hand_on UV_SYSTEM_CERTS true
    if [ -r "$bundle" ] && [ -z "$(pip_setting cert)" ]; then
        hand_on PIP_CERT "$bundle"
    fi
}
