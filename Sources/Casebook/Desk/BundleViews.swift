public import Casework

/// A bundle to be made (`docket bundle create`).
public struct BundleDraft: Sendable, Hashable, Codable {
  public enum Since: Sendable, Hashable, Codable {
    /// From what the other office is known to hold.
    case acknowledged
    /// From where the last bundle for it ended.
    case last
    /// What was stored here on this day or later, `YYYY-MM-DD`.
    case day(String)
    /// From where this bundle ended: absolute path of its (last) file.
    case file(String)
    case whole
  }

  /// Office it is for.
  public var office: String
  public var since: Since
  /// Bytes a part's file may have; `nil`: as large as parts may be.
  public var partBytes: Int?
  /// Absolute path of the file to write, or of a folder.
  public var path: String

  public init(office: String, since: Since, partBytes: Int?, path: String) {
    self.office = office
    self.since = since
    self.partBytes = partBytes
    self.path = path
  }
}

/// A bundle that was made.
public struct BundleMadeView: Sendable, Hashable, Codable {
  public struct File: Sendable, Hashable, Codable {
    public var path: String
    public var part: Int
    public var bytes: Int
    public var entries: Int

    public init(path: String, part: Int, bytes: Int, entries: Int) {
      self.path = path
      self.part = part
      self.bytes = bytes
      self.entries = entries
    }
  }

  public var office: String
  /// Hexadecimal; empty when there was nothing to give.
  public var id: String
  public var streams: Int
  public var entries: Int
  /// Receipts written for what was stored before, which travel in it.
  public var receipts: Int
  public var files: [File]

  public init(office: String, id: String, streams: Int, entries: Int, receipts: Int, files: [File]) {
    self.office = office
    self.id = id
    self.streams = streams
    self.entries = entries
    self.receipts = receipts
    self.files = files
  }
}

/// What applying bundles did.
public struct BundleAppliedView: Sendable, Hashable, Codable {
  public struct File: Sendable, Hashable, Codable {
    public var path: String
    /// Absent where the file could not be read so far.
    public var from: String?
    /// Unix milliseconds by its writer.
    public var created: UInt64?
    public var part: Int?
    public var parts: Int?
    public var stored: Int
    /// Held already.
    public var known: Int
    /// Kept until what comes before them arrives.
    public var waiting: Int
    /// Not verified, or not for this office.
    public var refused: Int
    /// Whether it holds entries of this office's: the writer gave back everything it has.
    public var holdsOwn: Bool
    /// Why the file was not used, or not all of it.
    public var problem: DeskFailure?

    public init(path: String) {
      self.path = path
      stored = 0
      known = 0
      waiting = 0
      refused = 0
      holdsOwn = false
    }
  }

  /// Entries that are missing before others can be used.
  public struct Gap: Sendable, Hashable, Codable {
    public var office: String
    public var stream: String
    public var first: UInt64
    public var last: UInt64

    public init(office: String, stream: String, first: UInt64, last: UInt64) {
      self.office = office
      self.stream = stream
      self.first = first
      self.last = last
    }
  }

  /// Parts of a bundle that have not been applied.
  public struct Missing: Sendable, Hashable, Codable {
    public var id: String
    public var from: String
    public var parts: [Int]

    public init(id: String, from: String, parts: [Int]) {
      self.id = id
      self.from = from
      self.parts = parts
    }
  }

  /// In the order they were applied in: by bundle and part.
  public var files: [File]
  public var stored: Int
  /// Entries that had waited and were stored now.
  public var released: Int
  public var receipts: Int
  /// Runs that still wait, and what they wait for.
  public var waitingRuns: Int
  public var gaps: [Gap]
  public var missing: [Missing]
  public var warnings: [Bilingual]

  public init(files: [File] = []) {
    self.files = files
    stored = 0
    released = 0
    receipts = 0
    waitingRuns = 0
    gaps = []
    missing = []
    warnings = []
  }
}

/// A run of entries from a bundle that waits for what comes before it.
public struct WaitingRunView: Sendable, Hashable, Codable {
  /// `?` while the author has no charter here.
  public var office: String
  public var stream: String
  public var first: UInt64
  public var last: UInt64
  /// The entries of the stream that it waits for; `nil`: it waits for its author's charter.
  public var missingFirst: UInt64?
  public var missingLast: UInt64?

  public init(
    office: String, stream: String, first: UInt64, last: UInt64, missingFirst: UInt64?, missingLast: UInt64?
  ) {
    self.office = office
    self.stream = stream
    self.first = first
    self.last = last
    self.missingFirst = missingFirst
    self.missingLast = missingLast
  }
}
