# Sourced: finds Swift, or fetches the official toolchain after saying so. Uses say and fail of prepare.sh.
# Pinned here are the version and the fingerprint of the key that must have signed it; the key itself may come from
# anywhere, for only the one with this fingerprint counts.

swift_version=6.3.1
swift_key=52BB7E3DE28A71BE22EC05FFEF80A866B47A981F  # "Swift 6.x Release Signing Key", swift.org/keys

# Another place with the same paths, for offices behind a firewall: a mirror of download.swift.org that also has
# swift.org's keys/all-keys.asc.
swift_base=${DOCKET_SWIFT_BASE:-https://download.swift.org}
swift_keys=$swift_base/keys/all-keys.asc
[ -n "${DOCKET_SWIFT_BASE:-}" ] || swift_keys=https://www.swift.org/keys/all-keys.asc
# Beside the user's other data and not in .build, which people remove: the archive has some 900 MB.
swift_home=${DOCKET_SWIFT_HOME:-${XDG_DATA_HOME:-${HOME:-/var/tmp}/.local/share}/docket/swift-$swift_version}

# Puts a fetched toolchain into PATH, fetching it first where `swift` is missing.
find_swift() {
  command -v swift >/dev/null && return
  [ -x "$swift_home/usr/bin/swift" ] || fetch_swift
  PATH=$swift_home/usr/bin:$PATH
  export PATH
}

# The name swift.org gives this machine, as in swift-6.3.1-RELEASE-debian12.tar.gz.
swift_platform() {
  local id=unknown version=
  [ ! -r /etc/os-release ] || { id=$(. /etc/os-release && echo "$ID"); version=$(. /etc/os-release && echo "${VERSION_ID:-}"); }
  case $id-$version-$(uname -m) in
    debian-12-x86_64) echo debian12 ;;
    debian-12-aarch64) echo debian12-aarch64 ;;
    *)
      fail "没有找到 Swift。本机（$id $version $(uname -m)）不是 Debian 12，请自行安装 Swift 6.2 或更新版本（swift.org/install）。" \
        "There is no Swift, and this machine ($id $version $(uname -m)) is not Debian 12: install Swift 6.2 or later (swift.org/install)."
      ;;
  esac
}

fetch_swift() {
  local platform name address work
  platform=$(swift_platform)
  name=swift-$swift_version-RELEASE-$platform
  address=$swift_base/swift-$swift_version-release/$platform/swift-$swift_version-RELEASE/$name.tar.gz
  say "本机没有 Swift，将下载官方工具链 $swift_version（约 900 MB，解压后约 3 GB）：
  来源 $address
  核对 签名密钥 $swift_key
  存放 $swift_home（不改动系统；删除该目录即卸载）
十秒内按 Ctrl-C 可取消。" \
    "There is no Swift here. The official toolchain $swift_version will be fetched (some 900 MB, 3 GB unpacked):
  from  $address
  check signed by key $swift_key
  into  $swift_home (the system stays as it is; remove the folder to be rid of it)
Ctrl-C within ten seconds stops this."
  [ ! -t 2 ] || sleep 10
  fetch_needs
  mkdir -p "$(dirname "$swift_home")"
  # Beside its place, so that the move at the end is one step.
  work=$(mktemp -d "$(dirname "$swift_home")/fetch.XXXXXX")
  # A subshell, so that its trap is its own and what was half fetched goes away.
  (
    trap 'rm -rf "$work"' EXIT
    download "$address.sig" "$work/archive.sig"
    download "$swift_keys" "$work/keys.asc"
    download "$address" "$work/archive"
    check_signature "$work"
    mkdir "$work/toolchain"
    # fail at every step: behind `||` the shell does not stop by itself.
    tar -xzf "$work/archive" -C "$work/toolchain" --strip-components=1 --no-same-owner ||
      fail "无法解压（磁盘已满？）。" "It cannot be unpacked (is the disk full?)."
    rm -rf "$swift_home"
    mv "$work/toolchain" "$swift_home" || fail "无法写入 $swift_home。" "$swift_home cannot be written."
  ) || exit 1
  say "✓ Swift $swift_version 已就绪。" "✓ Swift $swift_version is ready."
}

download() {
  curl --fail --silent --show-error --location --retry 3 --output "$2" "$1" >&2 ||
    fail "无法下载 $1。内网可用 DOCKET_SWIFT_BASE 指定镜像。" "Cannot fetch $1. DOCKET_SWIFT_BASE names a mirror."
}

# The archive counts only if the pinned key signed it, of whatever keys were fetched. A key that expired since is still
# the one that signed: the release was made while it was valid, and the version is pinned.
check_signature() {
  local folder=$1 said
  mkdir -m 700 "$folder/gnupg"
  gpg --homedir "$folder/gnupg" --batch --quiet --import "$folder/keys.asc" 2>/dev/null || true
  # All other keys stay out.
  gpg --homedir "$folder/gnupg" --batch --quiet --export "$swift_key" >"$folder/pinned.gpg" 2>/dev/null || true
  [ -s "$folder/pinned.gpg" ] ||
    fail "$swift_keys 中没有密钥 $swift_key，未安装。" "The key $swift_key is not in $swift_keys; nothing was installed."
  said=$(gpgv --homedir "$folder/gnupg" --status-fd 1 --keyring "$folder/pinned.gpg" \
    "$folder/archive.sig" "$folder/archive" 2>/dev/null) || true
  # The last word of VALIDSIG is the primary key's fingerprint, whichever subkey signed.
  if ! printf '%s\n' "$said" | grep -q "^\[GNUPG:\] VALIDSIG .*$swift_key\$" ||
    printf '%s\n' "$said" | grep -Eq '^\[GNUPG:\] (BADSIG|ERRSIG|REVKEYSIG)'; then
    fail "签名不符：下载的工具链不是 $swift_key 签发的，已删除，未安装。" \
      "The signature does not fit: key $swift_key did not sign what was fetched. It was removed; nothing was installed."
  fi
}

# What fetching needs, and what the toolchain itself needs to compile and link (swift.org/install/linux/tarball).
fetch_needs() {
  local missing=()
  command -v curl >/dev/null || missing+=(curl ca-certificates)
  command -v gpg >/dev/null || missing+=(gpg)
  command -v gpgv >/dev/null || missing+=(gpgv)
  [ -e /usr/include/stdlib.h ] || missing+=(libc6-dev)
  command -v ld >/dev/null || missing+=(binutils)
  compgen -G '/usr/lib/gcc/*/*/crtbegin.o' >/dev/null || missing+=(libgcc-12-dev)
  compgen -G '/usr/include/c++/*/vector' >/dev/null || missing+=(libstdc++-12-dev)
  [ -e /usr/include/zlib.h ] || missing+=(zlib1g-dev)
  compgen -G '/usr/lib/*/libcurl.so.4' >/dev/null || missing+=(libcurl4)
  compgen -G '/usr/lib/*/libxml2.so.2' >/dev/null || missing+=(libxml2)
  compgen -G '/usr/lib/*/libedit.so.2' >/dev/null || missing+=(libedit2)
  compgen -G '/usr/lib/*/libncurses.so.6' >/dev/null || [ -n "$(compgen -G '/lib/*/libncurses.so.6')" ] || missing+=(libncurses6)
  [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}
