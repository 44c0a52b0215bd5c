import Foundation
import TestKit
import Testing

/// Fetches a toolchain from a server of the test's own. What is fetched is a script that says its version, notes what it
/// is told and builds nothing; the key that signs it is made here, and pinned in a copy of the programs: the real ones
/// take no other key.
@Suite("Fetching the Swift toolchain", .timeLimit(.minutes(10)))
struct ToolchainTests {
  private static let path = "/usr/local/bin:/usr/bin:/bin"

  /// A mirror, and a checkout whose programs pin the mirror's key.
  private final class Mirror {
    let folder: ScratchFolder
    let server: ScratchFolder.Running
    let port: Int
    var home: String { folder.path + "/toolchain" }

    init() async throws {
      folder = try ScratchFolder()
      let root = folder.path
      let script = """
        set -eu
        export GNUPGHOME=$PWD/gnupg
        mkdir -m 700 gnupg
        mkdir -p www/keys checkout
        cp -R "$CHECKOUT/deploy" checkout/deploy
        for person in real other; do
          gpg --batch --quiet --passphrase '' --quick-generate-key "$person <$person@example.org>" ed25519 sign never 2>/dev/null
          gpg --batch --with-colons --list-keys "$person@" | sed -n 's/^fpr:*\\([0-9A-F]*\\):.*/\\1/p' | head -n 1 >"$person"
        done
        gpg --batch --armor --export >www/keys/all-keys.asc
        sed -i "s/^swift_key=[0-9A-F]*/swift_key=$(cat real)/" checkout/deploy/lib/toolchain.sh
        grep -q "$(cat real)" checkout/deploy/lib/toolchain.sh
        # Whatever this machine is, it is Debian 12 to the copy.
        sed -i 's/^  platform=.*/  platform=debian12/' checkout/deploy/lib/toolchain.sh
        version=$(sed -n 's/^swift_version=//p' checkout/deploy/lib/toolchain.sh)
        name=swift-$version-RELEASE-debian12
        place=www/swift-$version-release/debian12/swift-$version-RELEASE
        mkdir -p "$place" "$name/usr/bin"
        printf '#!/bin/sh\\necho "$*" >>"${0%%/usr/bin/swift}/told"\\n' >"$name/usr/bin/swift"
        printf '[ "$1" != --version ] || echo "Swift version %s (swift-%s-RELEASE)"\\n' "$version" "$version" >>"$name/usr/bin/swift"
        printf '[ "$*" != "build --product docket" ]\\n' >>"$name/usr/bin/swift"
        chmod +x "$name/usr/bin/swift"
        tar -czf "$place/$name.tar.gz" "$name"
        gpg --batch --quiet --local-user real@ --output "$place/$name.tar.gz.sig" --detach-sign "$place/$name.tar.gz"
        echo "$place/$name.tar.gz" >archive
        gpgconf --kill gpg-agent
        # A PATH without Swift.
        mkdir bin
        for folder in /bin /usr/bin; do ln -sf "$folder"/* bin/; done
        rm -f bin/swift bin/apt-get
        # Whatever the programs would install is there on a machine that built this, or the test says what is not.
        printf '#!/bin/sh\\necho "not installed by a test: $*" >&2\\nexit 1\\n' >bin/apt-get
        chmod +x bin/apt-get
        # The Python of the tests is ready.
        mkdir -p checkout/Tests/Conformance checkout/.build/python
        touch checkout/Tests/Conformance/requirements.txt checkout/.build/python/requirements.txt
        """
      let made = try await folder.run(
        "/bin/bash", "-c", script, environment: ["PATH": ToolchainTests.path, "CHECKOUT": RepositoryRoot.path])
      try #require(made.status == 0, "\(made.err)")
      // The port is the system's choice; the server says it.
      let serve = """
        import http.server, functools
        handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory="\(root)/www")
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        print(server.server_port, flush=True)
        server.serve_forever()
        """
      server = try folder.start("/usr/bin/python3", ["-c", serve], environment: ["PATH": ToolchainTests.path])
      while !server.out.hasSuffix("\n") {
        try #require(server.process.isRunning, "\(server.err)")
        try await Task.sleep(for: .milliseconds(10))
      }
      port = try #require(Int(server.out.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    deinit { server.process.terminate() }

    var archive: String {
      get throws {
        let name = try String(contentsOfFile: folder.path + "/archive", encoding: .utf8)
        return folder.path + "/" + name.trimmingCharacters(in: .whitespacesAndNewlines)
      }
    }

    func sh(_ script: String) async throws {
      let result = try await folder.run("/bin/bash", "-c", script, environment: ["PATH": ToolchainTests.path])
      try #require(result.status == 0, "\(result.err)")
    }

    func fetch(language: String = "en") async throws -> ScratchFolder.Result {
      try await run("toolchain", language: language)
    }

    func run(_ program: String, _ arguments: String..., language: String = "en") async throws -> ScratchFolder.Result {
      try await folder.run(
        folder.path + "/checkout/deploy/" + program, arguments,
        environment: [
          "PATH": folder.path + "/bin", "HOME": folder.path, "DOCKET_LANG": language, "DOCKET_SWIFT_HOME": home,
          "DOCKET_SWIFT_BASE": "http://127.0.0.1:\(port)", "no_proxy": "127.0.0.1",
        ])
    }

    /// Nothing of a refused toolchain stays.
    var isClean: Bool {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      return !FileManager.default.fileExists(atPath: home) && !names.contains { $0.hasPrefix("fetch.") }
    }
  }

  @Test("it says what it does, fetches, checks, and fetches once")
  func fetches() async throws {
    let mirror = try await Mirror()
    let first = try await mirror.fetch()
    #expect(first.status == 0, "\(first.err)")
    #expect(first.out == mirror.home + "/usr/bin\n")
    let before = try #require(first.err.range(of: "will be fetched"))
    let after = try #require(first.err.range(of: "is ready"))
    #expect(before.lowerBound < after.lowerBound)
    #expect(first.err.contains("http://127.0.0.1:\(mirror.port)/swift-"))
    let requests = mirror.server.err.components(separatedBy: "GET ").count - 1
    #expect(requests == 3)
    let second = try await mirror.fetch()
    #expect(second.status == 0 && second.out == first.out && second.err.isEmpty)
    #expect(mirror.server.err.components(separatedBy: "GET ").count - 1 == requests)
  }

  @Test("test and demo fetch it where there is none, and go on with it")
  func goesOn() async throws {
    let mirror = try await Mirror()
    func told() throws -> [String] {
      try String(contentsOfFile: mirror.home + "/told", encoding: .utf8).components(separatedBy: "\n")
    }
    let test = try await mirror.run("test", "--filter", "Nothing")
    #expect(test.status == 0 && test.err.contains("will be fetched"), "\(test.err)")
    #expect(try told() == ["--version", "build --build-tests", "test --skip-build --disable-xctest --filter Nothing", ""])
    try FileManager.default.removeItem(atPath: mirror.home)
    // What was fetched builds nothing: the demo stops there.
    let demo = try await mirror.run("demo")
    #expect(demo.status == 1 && demo.err.contains("will be fetched"), "\(demo.err)")
    #expect(try told() == ["--version", "build --product docket", ""])
  }

  @Test("a changed archive is refused, in Chinese too")
  func changed() async throws {
    let mirror = try await Mirror()
    let archive = try mirror.archive
    try await mirror.sh("printf x >>'\(archive)'")
    let result = try await mirror.fetch(language: "zh")
    #expect(result.status == 1 && result.out.isEmpty)
    #expect(result.err.contains("签名不符"))
    #expect(mirror.isClean)
  }

  @Test("another key's signature is refused, though the key is among those fetched")
  func otherKey() async throws {
    let mirror = try await Mirror()
    let archive = try mirror.archive
    try await mirror.sh(
      "export GNUPGHOME=$PWD/gnupg; rm '\(archive).sig'; gpg --batch --quiet --local-user other@ "
        + "--output '\(archive).sig' --detach-sign '\(archive)'; gpgconf --kill gpg-agent")
    let result = try await mirror.fetch()
    #expect(result.status == 1 && result.err.contains("The signature does not fit"))
    #expect(mirror.isClean)
  }

  @Test("keys without the pinned one are refused")
  func missingKey() async throws {
    let mirror = try await Mirror()
    try await mirror.sh(
      "export GNUPGHOME=$PWD/gnupg; gpg --batch --armor --export other@ >www/keys/all-keys.asc; gpgconf --kill gpg-agent")
    let result = try await mirror.fetch()
    #expect(result.status == 1 && result.err.contains("is not in"))
    #expect(mirror.isClean)
  }

  @Test("a mirror that lacks the archive is named")
  func missingArchive() async throws {
    let mirror = try await Mirror()
    let archive = try mirror.archive
    try FileManager.default.removeItem(atPath: archive)
    let result = try await mirror.fetch()
    #expect(result.status == 1 && result.err.contains("Cannot fetch") && result.err.contains("DOCKET_SWIFT_BASE"))
    #expect(mirror.isClean)
  }

  @Test("the checkout pins the official key and fetches from swift.org over TLS")
  func pinned() throws {
    let text = try String(contentsOfFile: RepositoryRoot.path + "/deploy/lib/toolchain.sh", encoding: .utf8)
    #expect(text.contains("swift_key=52BB7E3DE28A71BE22EC05FFEF80A866B47A981F "))
    #expect(text.contains("DOCKET_SWIFT_BASE:-https://download.swift.org}"))
    #expect(text.ranges(of: "http://").isEmpty)
  }
}
