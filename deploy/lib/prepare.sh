# Sourced by deploy/demo and deploy/test: the reader's language, missing packages, the Swift toolchain.
# Everything said goes to standard error, so that standard output stays what a script prints.

language=${DOCKET_LANG:-${LC_ALL:-${LANG:-zh}}}
case $language in en*) language=en ;; *) language=zh ;; esac
export DOCKET_LANG=$language

say() {
  if [ "$language" = en ]; then printf '%s\n' "$2"; else printf '%s\n' "$1"; fi >&2
}

fail() {
  say "✗ $1" "✗ $2"
  exit 1
}

# Debian packages that building and testing need; asked for by the file they bring, so that other systems' packages
# of the same files count too.
install_missing() {
  local missing=()
  [ -e /usr/include/sqlite3.h ] || missing+=(libsqlite3-dev)
  [ -e /usr/include/openssl/evp.h ] || missing+=(libssl-dev)
  command -v pkg-config >/dev/null || missing+=(pkg-config)
  command -v openssl >/dev/null || missing+=(openssl)
  command -v git >/dev/null || missing+=(git ca-certificates)
  [ ${#missing[@]} -eq 0 ] && return
  command -v apt-get >/dev/null ||
    fail "缺少：${missing[*]}，而本机没有 apt-get，请自行安装。" "Missing: ${missing[*]}; there is no apt-get here, please install them."
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      fail "安装 ${missing[*]} 需要 root 权限。" "Installing ${missing[*]} needs root."
    sudo=(sudo)
  fi
  say "安装：${missing[*]}" "Installing: ${missing[*]}"
  "${sudo[@]}" apt-get update -qq >&2
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >&2
}

check_swift() {
  command -v swift >/dev/null ||
    fail "没有找到 Swift，请先安装 Swift 6.2 或更新版本（swift.org/install）。" "There is no Swift; install 6.2 or later first (swift.org/install)."
  local version
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
  if [ "$(printf '6.2\n%s\n' "$version" | sort -V | head -n 1)" != 6.2 ]; then
    fail "Swift $version 太旧，需要 6.2 或更新版本。" "Swift $version is too old; 6.2 or later is needed."
  fi
}
