import Casebook
import Replication

extension Simulator {
  /// Whoever holds an entry counts it alike, whatever arrived first.
  func checkClasses(_ inspection: Inspection) throws {
    struct Position: Hashable {
      let stream: StreamID
      let seq: UInt64
    }
    var classes: [Position: (word: String, office: SimulatedOffice)] = [:]
    for office in honest {
      let held = try office.disk.read { try $0.heldChanges() }.filter { $0.index < 0 && $0.rule != nil }
      let words = Dictionary(
        held.map { (Position(stream: $0.stream, seq: $0.seq), "\($0.reason.rawValue) (\($0.rule?.rawValue ?? ""))") },
        uniquingKeysWith: { first, _ in first })
      for holding in inspection.holdings[office.index] {
        for seq in 1...UInt64(max(1, holding.hashes.count)) {
          let position = Position(stream: holding.stream, seq: seq)
          let word = words[position] ?? "valid"
          guard let other = classes[position] else {
            classes[position] = (word, office)
            continue
          }
          guard inspection.has(holding.hashes[Int(seq) - 1], holding.stream, seq, at: other.office.index) else {
            continue
          }
          if other.word != word {
            find(
              .classes,
              "entry \(seq) of \(name(holding.stream)) is \(word) at \(office.code) and \(other.word) at \(other.office.code)"
            )
          }
        }
      }
    }
  }
}
