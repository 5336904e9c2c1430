#!/usr/bin/env bash
# Installs, inside the clone, what the named parts need. Does nothing that was done before.
#   setup.sh store    dynalite, the store of the local stack (Node.js)
#   setup.sh page     the agent page, built into frontend/dist
#   setup.sh lint     the linter of TypeScript and JavaScript (Node.js)
#   setup.sh browser  Chromium and espeak-ng from the system's packages, for the browser tests
set -euo pipefail
cd "$(dirname "$0")/.."

die() { printf '%s\n' "$*" >&2; exit 1; }

need_node() {
  command -v node >/dev/null && command -v npm >/dev/null || die "Node.js 22 or 24 with npm is needed (22.12 and newer; 20.19 still does): https://nodejs.org"
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a > 22 ? 0 : 1)' ||
    die "Node.js 22 or 24 is needed (22.12 and newer; 20.19 still does); this is $(node --version)"
}

# packages DIR: installs what DIR's lock file names, once for each lock file.
packages() {
  need_node
  local stamp="$1/node_modules/.installed"
  [ -f "$stamp" ] && cmp -s "$stamp" "$1/package-lock.json" && return
  # npm ci would empty the folder to which a link leads, and that is somebody else's.
  if [ -L "$1/node_modules" ]; then
    cmp -s "$1/node_modules/../package-lock.json" "$1/package-lock.json" && return
    die "$1/node_modules is a link to the packages of another lock file: remove the link"
  fi
  echo "installing the packages of $1"
  npm ci --prefix "$1" --no-audit --no-fund --loglevel=error >"$1/.npm.log" 2>&1 || { cat "$1/.npm.log" >&2; die "npm ci failed in $1"; }
  rm -f "$1/.npm.log"
  cp "$1/package-lock.json" "$stamp"
}

page() {
  packages frontend
  local stamp=.run/page-built new
  new=$(find frontend/src frontend/public frontend/index.html frontend/*.ts frontend/package-lock.json -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum)
  [ -f frontend/dist/index.html ] && [ "$(cat "$stamp" 2>/dev/null)" = "$new" ] && return
  echo "building the agent page"
  npm run --prefix frontend --silent build >frontend/.build.log 2>&1 || { cat frontend/.build.log >&2; die "the agent page does not build"; }
  rm -f frontend/.build.log
  mkdir -p .run
  echo "$new" >"$stamp"
}

# shell_for_chromium replaces chromium in `missing` by its headless shell where the system has that as a package.
shell_for_chromium() {
  apt-cache show chromium-headless-shell >/dev/null 2>&1 || return 0
  missing=("${missing[@]/#chromium/chromium-headless-shell}")
}

browser() {
  packages local/twiliosim/media/voice/browsertest
  local missing=()
  [ -n "${CHROMIUM:-}" ] || [ -x /usr/bin/chromium-headless-shell ] || [ -x /usr/bin/chromium ] || missing+=(chromium)
  command -v espeak-ng >/dev/null || missing+=(espeak-ng)
  [ ${#missing[@]} = 0 ] && return
  command -v apt-get >/dev/null || die "the browser tests need these programs: ${missing[*]}"
  local as=()
  if [ "$(id -u)" != 0 ]; then
    sudo -n true 2>/dev/null || die "the browser tests need these programs: sudo apt-get install -y ${missing[*]}"
    as=(sudo)
  fi
  echo "installing ${missing[*]}"
  { "${as[@]}" apt-get update -qq && shell_for_chromium &&
    DEBIAN_FRONTEND=noninteractive "${as[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >.apt.log 2>&1 ||
    { cat .apt.log >&2; die "apt-get could not install ${missing[*]}"; }
  rm -f .apt.log
}

command -v go >/dev/null || die "Go 1.26 is needed: https://go.dev/dl"
for part in "$@"; do
  case "$part" in
    store) packages local ;;
    page) page ;;
    lint) packages local/lint ;;
    browser) browser ;;
    *) die "setup.sh: there is no part $part" ;;
  esac
done
