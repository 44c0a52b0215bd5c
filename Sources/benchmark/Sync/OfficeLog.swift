import Casebook
import Replication
import SignatureSuites

/// The logs of the load run: of every office as many entries, of the same values, under its own key and record ids.
///
/// Record types are the offices' own, so that a real node projects them: in each entry a unit is taken in (seven fields)
/// and a field of an earlier one is written, eight changes in all.
struct OfficeLog {
  static let changesPerEntry = 8

  private struct Values {
    let unit: [FieldValue]
    let earlier: Int
    let address: FieldValue
  }

  private let values: [Values]
  private static let start: UInt64 = 1_760_000_000_000

  init(changes: Int, seed: UInt64) {
    var generator = WorkloadGenerator(seed: seed)
    var random = SeededRandom(seed: seed)
    values = (0..<max(1, changes / Self.changesPerEntry)).map { index in
      let code = String(WorkloadID.text(milliseconds: random.next() >> 16, high: random.next() >> 24, low: 0).prefix(18))
      let unit: [FieldValue] = [
        .text(code), .text(generator.text(10...24)), .text("food-business"), .text(generator.text(14...50)),
        .text("city"), .text(generator.text(2...4)), .text(""),
      ]
      return Values(unit: unit, earlier: random.index(index + 1), address: .text(generator.text(14...50)))
    }
  }

  /// Signs the log of one office.
  /// - Parameter number: tells the record ids of offices apart, below 65,536.
  func entries(of keys: OfficeKeys, number: Int) throws -> [Entry] {
    let suite = Ed25519Suite()
    let stream = keys.stream
    var previous = Digest.zero
    return try values.enumerated().map { index, values in
      let unit = RecordWrite(
        type: RecordType.subject.number, id: try id(index, number),
        fields: values.unit.enumerated().map { .init(number: UInt64($0 + 1), value: $1, replaces: []) })
      let address = RecordWrite(
        type: RecordType.subject.number, id: try id(values.earlier, number),
        fields: [.init(number: 4, value: values.address, replaces: [])])
      // An entry writes a field of a record once.
      let changes = values.earlier == index ? [unit] : [unit, address]
      let payload = Entry.payload(of: changes.map { .record($0) })
      let header = EntryHeader(
        suite: .ed25519, stream: stream, seq: UInt64(index + 1), previous: previous,
        payloadHash: Entry.payloadHash(payload, using: suite), payloadLength: payload.count,
        stamp: HybridTimestamp(milliseconds: Self.start + UInt64(index)), schema: RecordType.schemaVersion, seen: nil,
        part: nil)
      let entry = try Entry(header: header, payload: payload, signer: keys.signer)
      previous = entry.hash(using: suite)
      return entry
    }
  }

  private func id(_ index: Int, _ number: Int) throws -> RecordID {
    let tail = [UInt8](repeating: 0, count: 8) + [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)]
    guard let id = RecordID(milliseconds: Self.start + UInt64(index), random: tail) else { throw OfficeKeys.Impossible() }
    return id
  }
}
