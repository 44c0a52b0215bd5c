import Casework
import Replication

/// Where a draw stands in the log: the entry that asks for a round, and the witness's first receipt over it. The
/// hash of the entry that holds that receipt is the round's seed: the office cannot choose it, because the witness
/// signs it after the request has arrived.
struct DrawWitness {
  /// The entry that asks for the round.
  let request: Entry
  /// `nil` until the witness's receipt has arrived here.
  let receipt: StoredReceipt?

  var seed: [UInt8]? { receipt?.entry.bytes }
}

extension ReplicaContext {
  /// The witness of a round, or `nil` when the entry that asks for it is not in the office's own log.
  /// - Complexity: O(log entries) reads and the stream's receipts.
  func witness(ofRound round: Int, of draw: OpenedDraw, in storage: any ReplicaStorage) throws -> DrawWitness? {
    let request: Entry?
    if round == 1 {
      request = try entry(writing: DrawRecords.Field.commitment, of: draw.row, by: draw.office, in: storage)
    } else {
      guard let row = draw.rounds.first(where: { $0.number == round })?.row else { return nil }
      request = try entry(writing: DrawRecords.RoundField.round, of: row, by: draw.office, in: storage)
    }
    guard let request else { return nil }
    let receipt = try storage.receipts(of: request.header.stream)
      .filter { stored in
        stored.receipt.head.seq >= request.header.seq && tree.office(of: stored.issuer)?.text == draw.witness
      }
      .min { Self.order($0) < Self.order($1) }
    // A receipt over another branch (fork) is none over this request.
    guard let head = receipt?.receipt.head,
      let last = try storage.entries(of: head.stream, from: head.seq, bytesMax: 1).first,
      suites[last.header.suite].map({ last.hash(using: $0) }) == head.hash
    else { return DrawWitness(request: request, receipt: nil) }
    return DrawWitness(request: request, receipt: receipt)
  }

  /// The order in which one office issued receipts of one stream: each reaches further than the one before. The
  /// rest decides between receipts of an office that was restored.
  private static func order(_ stored: StoredReceipt) -> (UInt64, UInt64, UInt64, Digest) {
    (stored.receipt.head.seq, stored.receipt.position, stored.receipt.clock, stored.entry)
  }

  /// The entry of the office's `up` stream that wrote the value of a field now in force. An author's stamps
  /// increase along a stream, so it is found by halving; an author whose stamps do not is not found, and the draw
  /// then has no witness.
  private func entry(
    writing field: UInt64, of row: RecordRow, by office: String, in storage: any ReplicaStorage
  ) throws -> Entry? {
    guard let stamp = row.fields[field]?.winner?.stamp else { return nil }
    for head in try storage.heads()
    where head.stream.audience == .up && WriteStamp.short(head.stream.author) == stamp.author
      && tree.office(of: head.stream.author)?.text == office
    {
      var (low, high): (UInt64, UInt64) = (1, head.seq)
      while low < high {
        let middle = low + (high - low) / 2
        let found = try storage.entries(of: head.stream, from: middle, bytesMax: 1).first
        if let found, found.header.stamp < stamp.time { low = middle + 1 } else { high = middle }
      }
      if let entry = try storage.entries(of: head.stream, from: low, bytesMax: 1).first,
        entry.header.stamp == stamp.time, let write = entry.write(of: row.type, row.id),
        write.fields.contains(where: { $0.number == field })
      {
        return entry
      }
    }
    return nil
  }

  /// The entry that carried a receipt.
  func entry(of stored: StoredReceipt, for office: String, in storage: any ReplicaStorage) throws -> Entry? {
    for head in try storage.heads() where head.stream.author == stored.issuer {
      guard case .office(let target) = head.stream.audience, target.text == office else { continue }
      var next: UInt64 = 1
      while next <= head.seq {
        let entries = try storage.entries(of: head.stream, from: next, bytesMax: SessionLimits.creditBytes)
        guard let last = entries.last else { break }
        if let found = entries.first(where: { entry in
          suites[entry.header.suite].map { entry.hash(using: $0) } == stored.entry
        }) {
          return found
        }
        next = last.header.seq + 1
      }
    }
    return nil
  }
}

extension Entry {
  /// The write of a record in this entry.
  func write(of type: UInt64, _ id: RecordID? = nil) -> RecordWrite? {
    for change in (try? changes()) ?? [] {
      if case .record(let write) = change, write.type == type, id == nil || write.id == id { return write }
    }
    return nil
  }
}
