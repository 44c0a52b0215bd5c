import Foundation
import TestKit
import Testing

/// A machine as a folder: the checkout's `deploy` and its units with every path of the system put below the folder, and
/// stand-ins for the system's programs (`Machine`). What runs as the node is the built `docket`.
final class OfficeMachine {
  let root: String
  private let scratch: ScratchFolder
  private let environment: [String: String]

  /// Paths of the system that the programs, units and the page name.
  private static let paths =
    "usr/bin/docket|usr/lib/docket|etc/docket|etc/default/docket|etc/systemd|var/lib/docket|var/spool/docket|run/systemd"

  /// - Parameters:
  ///   - disk: the office's second disk; outlives the machine.
  ///   - port: where the node listens; 0 takes a free one.
  init(_ name: String, in scratch: ScratchFolder, disk: String, port: Int) async throws {
    self.scratch = scratch
    root = scratch.path + "/" + name
    let owner = try await Self.owner(scratch)
    let stands = RepositoryRoot.path + "/Tests/DeployTests/Machine"
    environment = [
      "MACHINE": root, "DISK": disk, "DOCKET_PROGRAM": BuiltDocket.path, "DOCKET_OWNER": owner, "DOCKET_LANG": "en",
      "PATH": "\(stands):\(root)/usr/bin:/usr/bin:/bin", "HOME": root,
    ]
    let script = """
      set -eu
      mkdir -p "$MACHINE"/{run/systemd/system,etc/default,var/lib,var/spool,usr/bin}
      cp -R "$CHECKOUT/deploy" "$MACHINE/deploy"
      grep -rlE '/(\(Self.paths))' "$MACHINE/deploy" |
        xargs sed -i -E "s#(^|[^[:alnum:]])/(\(Self.paths))#\\1$MACHINE/\\2#g"
      # No database is too new here; `InstallTests` has one that is.
      sed -i 's/@FORMAT@/1000000/' "$MACHINE/deploy/debian/preinst"
      mv "$MACHINE/deploy/systemd" "$MACHINE/units"
      cp "$MACHINE/deploy/debian/docket-office" "$MACHINE/usr/bin/"
      echo "DOCKET_LISTEN=127.0.0.1:$PORT" >"$MACHINE/etc/default/docket"
      """
    let made = try await scratch.run(
      "/bin/bash", "-c", script,
      environment: environment.merging(["CHECKOUT": RepositoryRoot.path, "PORT": "\(port)"]) { $1 })
    try #require(made.status == 0, "\(made.err)")
  }

  /// The number of the user that the node runs as: nobody's, where the tests are root's and that user reaches the program.
  private static func owner(_ scratch: ScratchFolder) async throws -> String {
    guard getuid() == 0 else { return "" }
    let nobody = "65534"
    let tried = try await scratch.run(
      "/usr/bin/setpriv", "--reuid=\(nobody)", "--regid=\(nobody)", "--clear-groups", BuiltDocket.path, "--version",
      environment: ["PATH": "/usr/bin:/bin"])
    return tried.status == 0 ? nobody : ""
  }

  /// Runs a line of the page here.
  func run(_ line: String) async throws -> ScratchFolder.Result {
    var line = line
    line.replace(try Regex("(^|[^A-Za-z0-9])/(\(Self.paths))")) { match in
      "\(match.output[1].substring ?? "")\(root)/\(match.output[2].substring ?? "")"
    }
    return try await scratch.run(
      "/bin/bash", "-c", "set -euo pipefail; cd \"$MACHINE\"; " + completed(line), environment: environment)
  }

  /// `130526-….docket-backup`: the newest file of that name.
  private func completed(_ line: String) -> String {
    line.split(separator: " ").map { word in
      guard let dots = word.range(of: "…"), let slash = word.lastIndex(of: "/") else { return String(word) }
      let folder = String(word[..<slash])
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      let start = word[word.index(after: slash)..<dots.lowerBound]
      let end = word[dots.upperBound...]
      return folder + "/" + (names.filter { $0.hasPrefix(start) && $0.hasSuffix(end) }.max() ?? "missing")
    }.joined(separator: " ")
  }

  func has(_ path: String) -> Bool { FileManager.default.fileExists(atPath: root + path) }

  var isRunning: Bool { get async throws { try await run("systemctl is-active docket").status == 0 } }

  /// The port that the node says it is ready on.
  var port: Int? {
    let log = (try? String(contentsOfFile: root + "/run/units/docket.service.log", encoding: .utf8)) ?? ""
    return log.firstMatch(of: /Ready on port (\d+)/).flatMap { Int($0.1) }
  }

  /// It was stolen, or its disk broke.
  func lose() async throws { _ = try await run("systemctl stop docket") }
}

/// The executable lies beside the test bundle.
enum BuiltDocket {
  static let path: String = {
    let arguments = CommandLine.arguments
    let index = arguments.firstIndex(of: "--test-bundle-path").map { $0 + 1 }
    let bundle = index.flatMap { arguments.indices.contains($0) ? arguments[$0] : nil } ?? arguments[0]
    return URL(fileURLWithPath: bundle).deletingLastPathComponent().path + "/docket"
  }()
}
