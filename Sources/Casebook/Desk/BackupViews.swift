public import Casework

/// A passphrase on its way to the node. It prints as nothing, so that no log line and no error holds it.
public struct Passphrase: Sendable, Hashable, Codable, CustomStringConvertible, CustomReflectable {
  /// UTF-8 as typed.
  public var bytes: [UInt8]

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  public var description: String { "•••" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A backup to be made (`docket backup create`, `docket backup drill`).
public struct BackupDraft: Sendable, Hashable, Codable {
  /// Absolute path of the file to write, or of a folder.
  public var path: String
  /// `nil`: the file is not encrypted.
  public var passphrase: Passphrase?
  /// How many of this office's verified backups stay in the folder; `nil`: all.
  public var keep: Int?
  /// Checks every signature of the copy's log too.
  public var isAudited: Bool

  public init(path: String, passphrase: Passphrase?, keep: Int? = nil, isAudited: Bool = false) {
    self.path = path
    self.passphrase = passphrase
    self.keep = keep
    self.isAudited = isAudited
  }
}

/// A backup that was made and read back.
public struct BackupMadeView: Sendable, Hashable, Codable {
  public var path: String
  public var office: String
  /// Unix milliseconds by the office's clock: what was recorded before is in it.
  public var created: UInt64
  /// Of the file.
  public var bytes: Int
  public var isProtected: Bool
  public var streams: Int
  public var entries: Int
  public var milliseconds: Int
  /// Contents of attachments that are not in it; absent where the office held none.
  public var attachmentsLeftOut: Int?
  /// Present where it was asked for.
  public var audit: VerifyView?
  /// Older backups that were deleted, the oldest last.
  public var removed: [String]
  public var warnings: [Bilingual]

  public init(
    path: String, office: String, created: UInt64, bytes: Int, isProtected: Bool, streams: Int, entries: Int,
    milliseconds: Int, audit: VerifyView? = nil, removed: [String] = [], warnings: [Bilingual] = []
  ) {
    self.path = path
    self.office = office
    self.created = created
    self.bytes = bytes
    self.isProtected = isProtected
    self.streams = streams
    self.entries = entries
    self.milliseconds = milliseconds
    self.audit = audit
    self.removed = removed
    self.warnings = warnings
  }
}

/// A backup file that was read from beginning to end (`docket backup verify`).
public struct BackupCheckView: Sendable, Hashable, Codable {
  public struct Part: Sendable, Hashable, Codable {
    public var name: String
    public var bytes: Int

    public init(name: String, bytes: Int) {
      self.name = name
      self.bytes = bytes
    }
  }

  public var path: String
  public var office: String
  public var name: String
  public var created: UInt64
  public var bytes: Int
  public var isProtected: Bool
  /// Program that made it.
  public var software: String
  /// Six groups to read aloud.
  public var fingerprint: String
  public var incarnation: UInt64
  public var streams: Int
  public var entries: Int
  public var parts: [Part]
  public var audit: VerifyView?

  public init(
    path: String, office: String, name: String, created: UInt64, bytes: Int, isProtected: Bool, software: String,
    fingerprint: String, incarnation: UInt64, streams: Int, entries: Int, parts: [Part], audit: VerifyView? = nil
  ) {
    self.path = path
    self.office = office
    self.name = name
    self.created = created
    self.bytes = bytes
    self.isProtected = isProtected
    self.software = software
    self.fingerprint = fingerprint
    self.incarnation = incarnation
    self.streams = streams
    self.entries = entries
    self.parts = parts
    self.audit = audit
  }
}

/// A file of a folder with backups, told by its beginning and size alone.
public struct BackupRow: Sendable, Hashable, Codable {
  public var path: String
  public var bytes: Int
  /// Absent where the beginning cannot be read.
  public var office: String?
  public var created: UInt64?
  public var isProtected: Bool?
  /// Why it cannot be restored.
  public var problem: DeskFailure?

  public init(path: String, bytes: Int) {
    self.path = path
    self.bytes = bytes
  }
}

/// What `docket backup drill` did and found.
public struct BackupDrillView: Sendable, Hashable, Codable {
  public var backup: BackupMadeView
  /// Whether the backup's file stays.
  public var isKept: Bool
  public var restoreMilliseconds: Int
  public var openMilliseconds: Int
  public var auditMilliseconds: Int
  /// Bytes of the restored database.
  public var databaseBytes: Int
  /// Tables of the projection that were compared with the original's.
  public var tables: Int
  /// Entries that the serving node stored while the drill ran.
  public var newer: Int
  public var audit: VerifyView
  /// What is not as it should be.
  public var problems: [Bilingual]

  public init(
    backup: BackupMadeView, isKept: Bool, restoreMilliseconds: Int, openMilliseconds: Int, auditMilliseconds: Int,
    databaseBytes: Int, tables: Int, newer: Int, audit: VerifyView, problems: [Bilingual]
  ) {
    self.backup = backup
    self.isKept = isKept
    self.restoreMilliseconds = restoreMilliseconds
    self.openMilliseconds = openMilliseconds
    self.auditMilliseconds = auditMilliseconds
    self.databaseBytes = databaseBytes
    self.tables = tables
    self.newer = newer
    self.audit = audit
    self.problems = problems
  }
}

/// A home made from a backup (`docket restore`).
public struct RestoredView: Sendable, Hashable, Codable {
  public var home: String
  public var office: String
  public var name: String
  /// When the backup was made.
  public var created: UInt64
  public var streams: Int
  public var entries: Int
  /// Where the home that stood there before is now.
  public var aside: String?
  /// What to do before work goes on, step by step.
  public var next: [Bilingual]

  public init(
    home: String, office: String, name: String, created: UInt64, streams: Int, entries: Int, aside: String?,
    next: [Bilingual]
  ) {
    self.home = home
    self.office = office
    self.name = name
    self.created = created
    self.streams = streams
    self.entries = entries
    self.aside = aside
    self.next = next
  }
}
