import Replication

/// Who may hold what, from the table in DESIGN section 5 and the tree as the simulator made it; the engine's own answer
/// is not asked.
extension Simulator {
  func mayHold(_ reader: SimulatedOffice, _ stream: StreamID) -> Bool {
    guard let author = author(of: stream) else { return false }
    if reader === author || isAbove(reader, author) { return reader === author || stream.audience != .own }
    switch stream.audience {
    case .own, .up: return false
    case .down: return isAbove(author, reader)
    case .office(let code):
      guard let target = office(code) else { return false }
      return isOnTheWay(reader, from: author, to: target)
    case .subtree(let code):
      guard let target = office(code), isAbove(author, target) else { return false }
      return isOnTheWay(reader, from: author, to: target) || isAbove(target, reader)
    }
  }

  func author(of stream: StreamID) -> SimulatedOffice? { offices.first { $0.keys.contains(stream.author) } }

  func isAbove(_ superior: SimulatedOffice, _ office: SimulatedOffice) -> Bool {
    ancestors(of: office).contains { $0 === superior }
  }

  private func office(_ code: OfficeCode) -> SimulatedOffice? { offices.first { $0.code == code } }

  private func isOnTheWay(_ reader: SimulatedOffice, from author: SimulatedOffice, to target: SimulatedOffice) -> Bool {
    isAbove(author, target) && isAbove(author, reader) && (reader === target || isAbove(reader, target))
  }
}
