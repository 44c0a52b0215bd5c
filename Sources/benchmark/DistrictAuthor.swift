import Casebook
import Replication
import SignatureSuites

/// Turns the workload's transactions into the district's signed entries, one entry each: what a node's journal does,
/// without a store, so that making the input takes little time.
struct DistrictAuthor {
  struct NoSuite: Error {}

  private let signer: SoftwareSigner
  private let suite: any SignatureSuite
  private let stream: StreamID
  private var head: StreamHead?

  init(signer: SoftwareSigner, stream: StreamID) throws {
    guard let suite = SuiteSet.standard[signer.publicKey.suite] else { throw NoSuite() }
    self.signer = signer
    self.suite = suite
    self.stream = stream
  }

  mutating func entry(for transaction: WorkloadTransaction) throws -> Entry {
    let seq = (head?.seq ?? 0) + 1
    // Any clock will do as long as it goes forward; this one has nothing of the wall in it, so that a seed says all.
    let stamp = HybridTimestamp(milliseconds: 1_760_000_000_000 + seq)
    let payload = Entry.payload(of: writes(for: transaction).map { .record($0) })
    let header = EntryHeader(
      suite: suite.id, stream: stream, seq: seq, previous: head?.hash ?? .zero,
      payloadHash: Entry.payloadHash(payload, using: suite), payloadLength: payload.count, stamp: stamp, schema: 1,
      seen: nil, part: nil)
    let entry = try Entry(header: header, payload: payload, signer: signer)
    head = StreamHead(stream: stream, seq: seq, hash: entry.hash(using: suite))
    return entry
  }

  /// One write a record: an entry writes a field of a record once, and its last value stands. An author's write takes the
  /// place of its earlier ones without naming them.
  private func writes(for transaction: WorkloadTransaction) -> [RecordWrite] {
    var order: [RecordID] = []
    var tables: [RecordID: Int] = [:]
    var fields: [RecordID: [Int: RecordWrite.Field]] = [:]
    for operation in transaction.operations {
      switch operation {
      case .insert(let table, let id, let values):
        order.append(id)
        tables[id] = table
        for (index, value) in values.enumerated() {
          fields[id, default: [:]][index] = .init(number: UInt64(index + 1), value: value, replaces: [])
        }
      case .update(let table, let id, let index, let value):
        if tables[id] == nil { order.append(id) }
        tables[id] = table
        fields[id, default: [:]][index] = .init(number: UInt64(index + 1), value: value, replaces: [])
      }
    }
    return order.map { id in
      RecordWrite(
        type: WorkloadSchema.tables[tables[id] ?? 0].number, id: id, fields: (fields[id] ?? [:]).values.map { $0 })
    }
  }
}
