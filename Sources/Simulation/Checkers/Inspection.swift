import Casebook
import Replication

/// What every office holds at the end, read once for all checkers.
struct Inspection {
  struct Holding {
    let stream: StreamID
    let head: StreamHead
    let entries: [Entry]
    /// Of the entries, in order.
    let hashes: [Digest]
  }

  /// By office index; in stream order.
  let holdings: [[Holding]]
  private let byStream: [[StreamID: Holding]]

  init(_ offices: [SimulatedOffice], in suites: SuiteSet) throws {
    holdings = try offices.map { office in
      try office.disk.read { storage in
        try storage.heads().map { head in
          let entries = try storage.entries(of: head.stream, from: 1, bytesMax: .max)
          return Holding(
            stream: head.stream, head: head, entries: entries, hashes: entries.map { $0.hash(in: suites) })
        }
      }
    }
    byStream = holdings.map { Dictionary(uniqueKeysWithValues: $0.map { ($0.stream, $0) }) }
  }

  func holding(_ stream: StreamID, at office: Int) -> Holding? { byStream[office][stream] }

  func has(_ hash: Digest, _ stream: StreamID, _ seq: UInt64, at office: Int) -> Bool {
    guard let hashes = byStream[office][stream]?.hashes, seq >= 1, seq <= UInt64(hashes.count) else { return false }
    return hashes[Int(seq) - 1] == hash
  }

  /// Everything that an office's log says.
  func contents(at office: Int) -> Set<Change> {
    Set(holdings[office].flatMap { $0.entries.flatMap { Ledger.bare($0) } })
  }
}
