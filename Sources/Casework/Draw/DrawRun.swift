/// The rounds of one draw, one after the other. Units and officers are places in the canonical lists.
struct DrawRun {
  private struct Standing {
    let subject: Int
    var officers: [Int]
  }

  private let draw: Draw
  private let nonce: [UInt8]
  private let officerPlaces: [String: Int]
  /// Officers who may not or no longer come to a unit: recused, or drawn for it before.
  private var excluded: [Int: Set<Int>] = [:]
  /// Units each officer has now.
  private var loads: [Int]
  /// Whether a unit was ever drawn.
  private var isUsed: [Bool]
  private var standing: [Standing] = []
  private var round = 1

  init(_ draw: Draw, nonce: [UInt8]) {
    self.draw = draw
    self.nonce = nonce
    let (subjects, officers) = (draw.subjects, draw.parameters.officers)
    officerPlaces = Dictionary(officers.indices.map { (officers[$0].id, $0) }) { first, _ in first }
    loads = Array(repeating: 0, count: officers.count)
    isUsed = Array(repeating: false, count: subjects.count)
    if draw.parameters.recusals.isEmpty { return }
    let places = Dictionary(subjects.indices.map { (subjects[$0].id, $0) }) { first, _ in first }
    for recusal in draw.parameters.recusals {
      guard let subject = places[recusal.subject], let officer = officerPlaces[recusal.officer] else { continue }
      excluded[subject, default: []].insert(officer)
    }
  }

  mutating func first(seed: [UInt8]) throws(DrawProblem) -> DrawRound {
    DrawRound(number: 1, drawn: try fill(seed: seed, incomplete: []))
  }

  mutating func next(_ redraw: DrawRedraw) throws(DrawProblem) -> DrawRound {
    round += 1
    if redraw.round != round { throw .roundNumber(redraw.round, expected: round) }
    let hasNote = redraw.note.contains { !$0.isWhitespace }
    if !hasNote || redraw.note.utf8.count > DrawLimits.noteBytesMax { throw .note(round: round) }
    if redraw.replaces.isEmpty { throw .nothingReplaced(round: round) }
    let incomplete = try release(redraw.replaces)
    return DrawRound(number: round, redraw: redraw, drawn: try fill(seed: redraw.seed, incomplete: incomplete))
  }

  // MARK: - Taking away what is replaced

  /// - Returns: units that stay and lack an officer.
  private mutating func release(_ replaces: [DrawReplacement]) throws(DrawProblem) -> Set<Int> {
    var incomplete: Set<Int> = []
    var places = Dictionary(standing.indices.map { (id(standing[$0]), $0) }) { first, _ in first }
    var gone: Set<Int> = []
    for replacement in replaces {
      guard let place = places[replacement.subject] else { throw .notStanding(replacement, round: round) }
      let subject = standing[place].subject
      if let name = replacement.officer {
        guard let officer = officerPlaces[name],
          let index = standing[place].officers.firstIndex(of: officer)
        else { throw .notStanding(replacement, round: round) }
        standing[place].officers.remove(at: index)
        loads[officer] -= 1
        incomplete.insert(subject)
      } else {
        // A unit that goes takes its officers along: both in one round, in either order, is a slip.
        if incomplete.contains(subject) { throw .notStanding(replacement, round: round) }
        for officer in standing[place].officers { loads[officer] -= 1 }
        gone.insert(subject)
        places[replacement.subject] = nil
      }
    }
    standing.removeAll { gone.contains($0.subject) }
    return incomplete
  }

  // MARK: - Drawing what is missing

  private mutating func fill(seed: [UInt8], incomplete: Set<Int>) throws(DrawProblem) -> [DrawAssignment] {
    if seed.count != DrawLimits.hashBytes { throw .seedLength(seed.count, round: round) }
    var drawn = try subjects(seed: seed).map { Standing(subject: $0, officers: []) }
    // In the roster's order, which everyone knows, and not in that of earlier rounds.
    drawn += standing.filter { incomplete.contains($0.subject) }.sorted { $0.subject < $1.subject }
    standing.removeAll { incomplete.contains($0.subject) }
    var stream = DrawStream(.officers, seed: seed, nonce: nonce, round: round, hash: draw.hash)
    for index in drawn.indices {
      drawn[index].officers += try officers(for: drawn[index], stream: &stream)
    }
    standing += drawn
    return drawn.map { assignment in
      DrawAssignment(
        subject: id(assignment), officers: assignment.officers.map { draw.parameters.officers[$0].id })
    }
  }

  /// New units: for each stratum what its minimum still lacks, then the rest from all that remain.
  private mutating func subjects(seed: [UInt8]) throws(DrawProblem) -> [Int] {
    var stream = DrawStream(.subjects, seed: seed, nonce: nonce, round: round, hash: draw.hash)
    let missing = draw.count - standing.count
    var present: [String: Int] = [:]
    for unit in standing { present[draw.subjects[unit.subject].stratum, default: 0] += 1 }
    var drawn: [Int] = []
    for minimum in draw.parameters.minimums {
      let wanted = minimum.atLeast.count(of: draw.count) - (present[minimum.stratum] ?? 0)
      if wanted <= 0 { continue }
      let pool = draw.subjects.indices.filter { !isUsed[$0] && draw.subjects[$0].stratum == minimum.stratum }
      if wanted > pool.count {
        throw .stratumTooSmall(minimum.stratum, wanted: wanted, available: pool.count)
      }
      drawn += take(wanted, of: pool, &stream)
    }
    let pool = draw.subjects.indices.filter { !isUsed[$0] }
    let rest = missing - drawn.count
    if rest > pool.count { throw .tooFewSubjects(wanted: rest, available: pool.count) }
    return drawn + take(rest, of: pool, &stream)
  }

  private mutating func take(_ count: Int, of pool: [Int], _ stream: inout DrawStream) -> ArraySlice<Int> {
    let taken = stream.draw(count, of: pool)
    for place in taken { isUsed[place] = true }
    return taken
  }

  /// Officers the unit still lacks: each time one of those with the fewest units, all of them equally likely.
  private mutating func officers(
    for unit: Standing, stream: inout DrawStream
  ) throws(DrawProblem) -> [Int] {
    let wanted = draw.parameters.officersPerSubject - unit.officers.count
    var able = Array(loads.indices)
    if let barred = excluded[unit.subject] { able.removeAll { barred.contains($0) } }
    if able.count < wanted { throw .tooFewOfficers(id(unit), wanted: wanted, available: able.count) }
    var chosen: [Int] = []
    for _ in 0..<wanted {
      let least = able.reduce(Int.max) { min($0, loads[$1]) }
      let places = able.indices.filter { loads[able[$0]] == least }
      chosen.append(able.remove(at: places[stream.below(places.count)]))
    }
    for officer in chosen { loads[officer] += 1 }
    excluded[unit.subject, default: []].formUnion(chosen)
    return chosen
  }

  private func id(_ unit: Standing) -> String { draw.subjects[unit.subject].id }
}
