import Casebook
import Foundation
import Replication
import Testing

@testable import OfficeNode

@Suite("Backups in a folder, and homes made from them", .timeLimit(.minutes(10)))
struct BackupFolderTests {
  @Test("names by office and second; lists need no passphrase and tell what is cut or no backup")
  func list() async throws {
    #expect(BackupFolder.stamp(1_780_000_000_000) == "20260529-042640")
    let home = try await BackupHome()
    let folder = home.folder + "/backups"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let one = try await home.backup("backups/", passphrase: Passphrase([1, 2]))
    #expect(one.path.hasPrefix(folder + "/130526-") && one.path.hasSuffix(BackupFolder.suffix))
    let whole = try Data(contentsOf: URL(fileURLWithPath: one.path))
    try whole.dropLast(5).write(to: URL(fileURLWithPath: folder + "/cut.docket-backup"))
    try Data("x".utf8).write(to: URL(fileURLWithPath: folder + "/none.docket-backup"))
    try Data("x".utf8).write(to: URL(fileURLWithPath: folder + "/other.txt"))
    let rows = try Backups.list(folder)
    #expect(rows.count == 3)
    #expect(rows.first { $0.path == one.path }.map { $0.problem == nil && $0.isProtected == true && $0.office == "130526" } == true)
    #expect(rows.first { $0.path.hasSuffix("/cut.docket-backup") }?.problem?.code == "backup-cut")
    #expect(rows.last?.problem?.code == "no-backup")
    #expect(throws: DeskFailure.self) { try Backups.list(home.folder + "/nowhere") }
  }

  @Test("keeping two: the oldest whole ones go; damaged ones, other offices' and strange files stay and count for nothing")
  func retention() async throws {
    let home = try await BackupHome()
    let other = try await BackupHome()
    let folder = home.folder + "/backups"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var made: [String] = []
    for name in ["1", "2", "3"] { made.append(try await home.backup("backups/\(name).docket-backup").path) }
    // The newest but one is damaged in its middle, where a list does not look.
    var damaged = try Data(contentsOf: URL(fileURLWithPath: made[2]))
    damaged[damaged.count / 2] ^= 1
    try damaged.write(to: URL(fileURLWithPath: made[2]))
    let strange = folder + "/z.docket-backup"
    try Data("x".utf8).write(to: URL(fileURLWithPath: strange))
    // Another tree's office of the same code.
    let foreign = folder + "/foreign.docket-backup"
    try FileManager.default.copyItem(atPath: try await other.backup("f.docket-backup").path, toPath: foreign)
    let protected = try await home.backup("backups/p.docket-backup", passphrase: Passphrase([1]))
    let last = try await home.backup("backups/", keep: 2)
    #expect(last.removed == [made[0]])
    #expect(last.warnings.count == 3, "plain, damaged, under a passphrase that was not given")
    for path in [made[1], made[2], strange, foreign, protected.path, last.path] {
      #expect(FileManager.default.fileExists(atPath: path), "\(path)")
    }
    let only = try await home.backup("backups/", passphrase: Passphrase([1]), keep: 1)
    #expect(Set(only.removed) == Set([made[1], protected.path, last.path]))
    #expect(FileManager.default.fileExists(atPath: only.path))
    for (path, keep) in [("backups/", 0), ("x.docket-backup", 3)] {
      await #expect(throws: DeskFailure.self) { try await home.backup(path, keep: keep) }
    }
  }

  @Test("a restored home asks first, keeps what this machine remembers, and puts the old one aside")
  func restored() async throws {
    let home = try await BackupHome()
    let path = try await home.backup("b.docket-backup").path
    try await BackupHome.add("later", try home.open())
    let mark = HighWater.read(home.home)
    func restore(_ place: Home, isReplacing: Bool) throws -> RestoredView {
      try HomeRestore(path: path, passphrase: nil, home: place, isReplacing: isReplacing, time: 1_780_000_000_000) { _ in }.run()
    }
    // Elsewhere: nothing is remembered, and yet it may not write.
    let fresh = Home(home.folder + "/fresh")
    #expect(try restore(fresh, isReplacing: false).aside == nil)
    #expect(HighWater.read(fresh) == 0)
    #expect(try await OfficeNode.open(fresh, effects: .live, logger: BackupHome.logger).mayNotWrite)
    #expect(throws: DeskFailure.self) { try restore(fresh, isReplacing: false) }
    // In the old one's place.
    #expect(throws: DeskFailure.self) { try restore(home.home, isReplacing: false) }
    let view = try restore(home.home, isReplacing: true)
    #expect(view.aside == home.home.path + "-replaced-20260529-042640")
    #expect(HighWater.read(home.home) == mark && mark > 0)
    let node = try home.open()
    #expect(await node.isBehindHighWater)
    await #expect(throws: DeskFailure.self) { try await BackupHome.add("fork", node) }
    // The old one is whole.
    let aside = try OfficeNode.open(Home(try #require(view.aside)), effects: .live, logger: BackupHome.logger)
    guard case .officers(let officers) = try await aside.perform(.officerList) else { throw CancellationError() }
    #expect(officers.count == 4)
    // Somebody's folder is never moved, asked to or not.
    let strange = home.folder + "/strange"
    try FileManager.default.createDirectory(atPath: strange, withIntermediateDirectories: true)
    try Data("x".utf8).write(to: URL(fileURLWithPath: strange + "/letter.txt"))
    for isReplacing in [true, false] {
      #expect(throws: DeskFailure.self) { try restore(Home(strange), isReplacing: isReplacing) }
    }
    #expect(FileManager.default.fileExists(atPath: strange + "/letter.txt"))
    // Held by a node, it is not replaced.
    #expect(throws: DeskFailure.self) { try restore(home.home, isReplacing: true) }
    withExtendedLifetime(node) {}
  }

  @Test("a damaged database makes no backup, and the earlier ones stay")
  func damagedSource() async throws {
    let home = try await BackupHome(officers: 40)
    let node = try home.open()
    // Behind the header: pages of tables and indices.
    let handle = try #require(FileHandle(forWritingAtPath: home.home.database))
    let size = try handle.seekToEnd()
    try handle.seek(toOffset: size - 40_000)
    try handle.write(contentsOf: Data(repeating: 0xFF, count: 40_000))
    try handle.close()
    let draft = BackupDraft(path: home.folder + "/b.docket-backup", passphrase: nil)
    do {
      _ = try await node.perform(.backupCreate(draft))
      Issue.record("a backup was made")
    } catch {
      #expect(DeskFailures.failure(error).kind == .integrity)
    }
    #expect(try home.names() == ["office"])
    #expect(!FileManager.default.fileExists(atPath: home.home.path + "/backup-scratch"))
  }

  @Test("what a killed process left goes away")
  func leftovers() async throws {
    let home = try await BackupHome()
    let folder = home.folder + "/backups"
    let scratch = home.home.path + "/backup-scratch"
    for path in [folder, scratch, home.folder + "/new.restoring/keys"] {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    for path in [folder + "/130526-20260101-000000.docket-backup.new", scratch + "/docket.sqlite", home.folder + "/new.restoring/keys/x.pem"] {
      try Data("x".utf8).write(to: URL(fileURLWithPath: path))
    }
    let view = try await home.backup("backups/")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).map { folder + "/" + $0 } == [view.path])
    #expect(!FileManager.default.fileExists(atPath: scratch))
    _ = try HomeRestore(
      path: view.path, passphrase: nil, home: Home(home.folder + "/new"), isReplacing: false, time: 0, progress: { _ in }
    ).run()
    #expect(!FileManager.default.fileExists(atPath: home.folder + "/new/keys/x.pem"))
  }
}
