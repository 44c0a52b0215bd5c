# Sourced by the programs beside this folder: the reader's language, missing packages, the Swift toolchain.
# Everything said goes to standard error, so that standard output stays what a script prints.

language=${DOCKET_LANG:-${LC_ALL:-${LANG:-zh}}}
case $language in en*) language=en ;; *) language=zh ;; esac
export DOCKET_LANG=$language
. deploy/lib/toolchain.sh

say() {
  if [ "$language" = en ]; then printf '%s\n' "$2"; else printf '%s\n' "$1"; fi >&2
}

fail() {
  say "✗ $1" "✗ $2"
  exit 1
}

# Debian packages that building and testing need; asked for by the file they bring, so that other systems' packages
# of the same files count too. With `python` also what the tests' second reader needs.
install_missing() {
  local missing=()
  if [ "${1:-}" = python ] && ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    missing+=(python3 python3-venv)
  fi
  [ -e /usr/include/sqlite3.h ] || missing+=(libsqlite3-dev)
  [ -e /usr/include/openssl/evp.h ] || missing+=(libssl-dev)
  command -v pkg-config >/dev/null || missing+=(pkg-config)
  command -v openssl >/dev/null || missing+=(openssl)
  command -v git >/dev/null || missing+=(git ca-certificates)
  [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}

# By apt, as root or through sudo, after saying which.
install_packages() {
  command -v apt-get >/dev/null ||
    fail "缺少：$*，而本机没有 apt-get，请自行安装。" "Missing: $*; there is no apt-get here, please install them."
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      fail "安装 $* 需要 root 权限。" "Installing $* needs root."
    sudo=(sudo)
  fi
  say "安装：$*" "Installing: $*"
  "${sudo[@]}" apt-get update -qq >&2
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >&2
}

# A Python of the tests' own in .build, with the packages that the second reader of the protocol uses.
prepare_python() {
  local wanted=Tests/Conformance/requirements.txt folder=.build/python
  cmp -s "$wanted" "$folder/requirements.txt" && return
  say "准备一致性测试用的 Python 环境……" "Preparing the Python of the conformance test…"
  rm -rf "$folder"
  python3 -m venv "$folder" ||
    fail "无法建立 Python 虚拟环境（需要 python3-venv）。" "A Python environment cannot be made (python3-venv is needed)."
  "$folder/bin/python3" -m pip install --quiet --disable-pip-version-check --cache-dir .build/pip -r "$wanted" >&2 ||
    fail "无法安装 $wanted 中的 Python 软件包，请检查网络。" "The Python packages of $wanted cannot be installed; check the network."
  # Last, so that an installation that broke off is made again.
  cp "$wanted" "$folder/requirements.txt"
}

check_swift() {
  find_swift
  local version
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
  if [ "$(printf '6.2\n%s\n' "$version" | sort -V | head -n 1)" != 6.2 ]; then
    fail "Swift $version 太旧，需要 6.2 或更新版本。" "Swift $version is too old; 6.2 or later is needed."
  fi
}
