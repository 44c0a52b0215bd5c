import Replication

/// What the simulator alone knows: who was told what, when everything was really signed, what no machine holds any more.
struct Ledger {
  struct Acknowledgement {
    let office: Int
    let stream: StreamID
    let seq: UInt64
    let hash: Digest
    /// What it says, without the stamps it replaces: they change when work is recorded again.
    let changes: [Change]
  }

  /// Work that somebody was told is recorded.
  private(set) var acknowledged: [Acknowledgement] = []
  /// True time at which an entry was signed.
  private(set) var signedAt: [Digest: UInt64] = [:]
  /// Streams of a key that signed two entries for one position, on purpose.
  private(set) var forked: Set<StreamID> = []
  /// Whose bytes no machine held after a disk was set back: nobody can bring them back.
  private(set) var excused: Set<Digest> = []

  mutating func sign(_ entries: [Entry], at trueTime: UInt64, in suites: SuiteSet) {
    for entry in entries { signedAt[entry.hash(in: suites)] = trueTime }
  }

  mutating func acknowledge(_ entries: [Entry], to office: Int, in suites: SuiteSet) {
    for entry in entries {
      acknowledged.append(
        Acknowledgement(
          office: office, stream: entry.header.stream, seq: entry.header.seq, hash: entry.hash(in: suites),
          changes: Self.bare(entry)))
    }
  }

  /// An entry's changes as they would stand in another incarnation too.
  static func bare(_ entry: Entry) -> [Change] {
    ((try? entry.changes()) ?? []).map { change in
      guard case .record(let write) = change else { return change }
      return .record(
        RecordWrite(
          type: write.type, id: write.id,
          fields: write.fields.map { .init(number: $0.number, value: $0.value, replaces: []) }))
    }
  }

  mutating func noteFork(_ stream: StreamID) { forked.insert(stream) }
  mutating func excuse(_ hash: Digest) { excused.insert(hash) }
}
