import Casebook
import Foundation
import Replication
import SignatureSuites

/// The workload as the engine and the floor take it in, made once before anything is timed.
struct WorkloadInput {
  let frames: String
  /// Empty for a suite that the floor does not run.
  let floor: String
  let offices: Offices
  let changes: Int
  let entries: Int
  let wireBytes: Int
  /// Bytes of the values themselves: texts in UTF-8, whole numbers without leading zero bytes, a new record's id.
  let valueBytes: Int

  /// Entries of one signature check in the floor.
  static let entriesPerFloorSignature = 64

  /// - Parameters:
  ///   - limit: changes to take of the file; the whole of it when it has fewer.
  ///   - commits: frames end where the floor commits, so that both commit the same entries.
  static func make(
    from workload: WorkloadFile, limit: Int, commits: CommitCadence, suite: SuiteID, in folder: String, withFloor: Bool
  ) throws -> WorkloadInput {
    let city = try SoftwareSigner.generate(suite: .ed25519)
    let district = try SoftwareSigner.generate(suite: suite)
    let offices = Offices(suite: suite, city: city.publicKey, district: district.publicKey)
    let stream = try offices.districtStream()
    let name = "\(folder)/\(suite)-\(limit)-\(withFloor ? "both" : "engine")"
    let frames = try FrameWriter(path: name + ".frames")
    let floor = withFloor ? try FloorWriter(path: name + ".floor", key: district.publicKey) : nil
    var author = try DistrictAuthor(signer: district, stream: stream)
    var waiting: [Entry] = []
    var waitingBytes = 0
    var changes = 0
    var entries = 0
    var commitAt = commits.entries(stored: 0)
    var wire = 0
    var values = 0
    func send() throws {
      guard let run = EntryRun(waiting) else { return }
      wire += try frames.write(.entries(.spare(run)))
      waiting = []
      waitingBytes = 0
    }
    try workload.forEach { transaction in
      let entry = try author.entry(for: transaction)
      let bytes = EntryRun.bytes(of: entry)
      if waitingBytes + bytes > SessionLimits.entryBytesPerFrame { try send() }
      waiting.append(entry)
      waitingBytes += bytes
      entries += 1
      changes += transaction.changes
      values += transaction.operations.reduce(0) { $0 + valueBytes($1) }
      if entries == commitAt {
        try send()
        commitAt += commits.entries(stored: entries)
      }
      try floor?.write(transaction.lines, entry: entry, isVerified: entries % entriesPerFloorSignature == 0)
      return changes < limit
    }
    try send()
    try frames.close()
    try floor?.close()
    return WorkloadInput(
      frames: name + ".frames", floor: withFloor ? name + ".floor" : "", offices: offices, changes: changes,
      entries: entries, wireBytes: wire, valueBytes: values)
  }

  private static func valueBytes(_ operation: Operation) -> Int {
    switch operation {
    case .insert(_, _, let values): RecordID.byteCount + values.reduce(0) { $0 + valueBytes($1) }
    case .update(_, _, _, let value): valueBytes(value)
    }
  }

  private static func valueBytes(_ value: FieldValue) -> Int {
    switch value {
    case .text(let text): text.utf8.count
    case .integer(let number): (64 - number.magnitude.leadingZeroBitCount + 7) / 8
    default: 0
    }
  }
}

/// Writes the floor's input, as `CFloor.h` describes it.
private final class FloorWriter {
  private let file: FileHandle
  private var buffer: [UInt8]

  init(path: String, key: PublicKey) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path) else {
      throw CocoaError(.fileWriteUnknown)
    }
    self.file = file
    buffer = key.bytes
  }

  func write(_ lines: [UInt8], entry: Entry, isVerified: Bool) throws {
    piece(lines)
    piece(entry.encoded)
    piece(
      isVerified
        ? Entry.signedBytes(headerBytes: entry.headerBytes, suite: entry.header.suite) + entry.signature : [])
    if buffer.count > 1 << 20 { try flush() }
  }

  func close() throws {
    try flush()
    try file.close()
  }

  private func piece(_ bytes: [UInt8]) {
    for shift in [0, 8, 16, 24] as [UInt32] { buffer.append(UInt8(truncatingIfNeeded: UInt32(bytes.count) >> shift)) }
    buffer += bytes
  }

  private func flush() throws {
    try file.write(contentsOf: Data(buffer))
    buffer.removeAll(keepingCapacity: true)
  }
}
