import Casebook
import Foundation
import Logging
import Replication
import SignatureSuites
import Testing

@testable import OfficeNode

/// A root office with some work in it, in a folder that goes away with the test.
final class BackupHome: Sendable {
  static let logger = Logger(label: "t") { _ in SwiftLogNoOpLogHandler() }

  let folder: String
  var home: Home { Home(folder + "/office") }

  init(officers: Int = 3) async throws {
    folder = NSTemporaryDirectory() + "docket-backup-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let node = try OfficeNode.found(
      home, office: try #require(OfficeCode("130526")), name: "任县", suite: .ed25519, effects: .live, logger: Self.logger)
    for index in 0..<officers { try await Self.add("o\(index)", node) }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  static func add(_ login: String, _ node: OfficeNode) async throws {
    let draft = OfficerDraft(
      login: login, name: login, roles: [], certificateNumber: nil, certificateKind: nil, validFrom: nil, validTo: nil)
    _ = try await node.perform(.officerAdd(draft))
  }

  /// A lock is let go of a little later where another test's child process was just being started: it has the file open
  /// until it becomes another program.
  func open(effects: SystemEffects = .live, logger: Logger = BackupHome.logger) throws -> OfficeNode {
    for _ in 0..<200 {
      do {
        return try OfficeNode.open(home, effects: effects, logger: logger)
      } catch let failure as DeskFailure where failure.code == "home-in-use" {
        usleep(20_000)
      }
    }
    return try OfficeNode.open(home, effects: effects, logger: logger)
  }

  /// A backup's file.
  func backup(_ name: String, passphrase: Passphrase? = nil, keep: Int? = nil) async throws -> BackupMadeView {
    let draft = BackupDraft(path: folder + "/" + name, passphrase: passphrase, keep: keep)
    guard case .backupMade(let view) = try await open().perform(.backupCreate(draft)) else { throw CancellationError() }
    return view
  }

  /// The same with a key that costs little, for tests that read it a hundred times.
  func cheapBackup(_ name: String, passphrase: Passphrase) async throws -> String {
    let path = folder + "/" + name
    let scratch = try BackupScratch(temporary: randomBytes(8))
    defer { scratch.remove() }
    let source = try await open().takeHold()
    _ = try BackupMaker(source: source, path: path, passphrase: passphrase, scratch: scratch.path, cost: 14) { _ in }.make()
    return path
  }

  /// What restoring a file to a new home ends with; nothing may be left of a home that was refused.
  func restore(_ path: String, _ passphrase: Passphrase? = nil) -> DeskFailure? {
    let place = Home(folder + "/restored-" + UUID().uuidString)
    do {
      _ = try HomeRestore(
        path: path, passphrase: passphrase, home: place, isReplacing: false, time: 0, progress: { _ in }
      ).run()
      return nil
    } catch {
      for left in [place.path, place.path + ".restoring"] {
        #expect(!FileManager.default.fileExists(atPath: left), "\(left) is left")
      }
      return DeskFailures.failure(error)
    }
  }

  func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
    let path = folder + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }
}
