import Casebook
import Replication

/// Entries carried by hand: any of them, in any order, twice.
struct Bundle {
  struct Piece {
    let stream: StreamID
    let entries: [[UInt8]]
  }

  let from: Int
  let to: Int
  let pieces: [Piece]
}

extension Simulator {
  /// Most entries of one piece.
  private static let pieceMax = 8

  func packBundle(from: SimulatedOffice, to: SimulatedOffice) throws {
    guard from.isUp, to.isEnrolled else { return }
    var pieces: [Bundle.Piece] = []
    for head in try from.sharedHeads(with: to.code) {
      var entries = try from.entries(of: head.stream, from: 1, bytesMax: .max)[...]
      while !entries.isEmpty {
        let piece = entries.prefix(random.within(1...Self.pieceMax))
        entries = entries.dropFirst(piece.count)
        if random.chance(850) { pieces.append(Bundle.Piece(stream: head.stream, entries: piece.map(\.encoded))) }
        if random.chance(150) { pieces.append(Bundle.Piece(stream: head.stream, entries: piece.map(\.encoded))) }
      }
    }
    if random.chance(500) { random.shuffle(&pieces) }
    statistics.bundles += 1
    log("\(from.code) packs \(pieces.count) pieces for \(to.code)")
    for _ in 0..<random.within(1...2) {
      let arrival = now + time(within: options.safetyMilliseconds / 2)
      queue.schedule(.unpack(Bundle(from: from.index, to: to.index, pieces: pieces)), at: arrival)
    }
  }

  /// A root that lost an office's charter cannot be called by it, and has nobody above to ask: the office makes a bundle
  /// of all that the root may hold (`docket bundle create --whole`), which gives the root its own entries back. If some
  /// were lost for good, a person has it go on (`docket adopt`).
  func giveBack(to root: SimulatedOffice, from office: SimulatedOffice) throws {
    let pieces = try office.sharedHeads(with: root.code).map { head in
      Bundle.Piece(
        stream: head.stream, entries: try office.entries(of: head.stream, from: 1, bytesMax: .max).map(\.encoded))
    }
    log("\(office.code) carries a whole bundle to \(root.code)")
    try unpack(Bundle(from: office.index, to: root.index, pieces: pieces))
    if try root.isBehind() { try root.goOnAfterLoss() }
  }

  func unpack(_ bundle: Bundle) throws {
    let office = offices[bundle.to]
    guard office.isUp else { return }
    for piece in bundle.pieces {
      do {
        let (stored, written) = try office.admit(.whole(piece.stream, piece.entries), at: office.clock.reading(at: now))
        noteRecovered(office, written)
        log("\(office.code) unpacks \(stored) of \(name(piece.stream))")
      } catch let failure as Admission.Failure {
        log("\(office.code) unpacks none of \(name(piece.stream)): \(failure)")
      }
    }
  }
}
