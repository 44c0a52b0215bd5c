/// A drawn unit and the officers drawn for it.
public struct DrawAssignment: Sendable, Hashable, Codable {
  public var subject: String
  public var officers: [String]

  public init(subject: String, officers: [String]) {
    self.subject = subject
    self.officers = officers
  }
}

/// What one round brought.
public struct DrawRound: Sendable, Hashable, Codable {
  public var number: Int
  /// Why there is this round and what it replaces; `nil` in the first.
  public var redraw: DrawRedraw?
  /// In drawn order; a unit that stays and has a new officer stands here with all its officers.
  public var drawn: [DrawAssignment]

  public init(number: Int, redraw: DrawRedraw? = nil, drawn: [DrawAssignment]) {
    self.number = number
    self.redraw = redraw
    self.drawn = drawn
  }
}

/// The list, round by round.
public struct DrawResult: Sendable, Hashable, Codable {
  /// Digest of the commitment it belongs to.
  public var commitment: [UInt8]
  public var rounds: [DrawRound]

  public init(commitment: [UInt8], rounds: [DrawRound]) {
    self.commitment = commitment
    self.rounds = rounds
  }

  /// What is to be done after all rounds.
  public var standing: [DrawAssignment] {
    var result: [DrawAssignment] = []
    for round in rounds {
      let gone = Set((round.redraw?.replaces ?? []).map(\.subject))
      result.removeAll { gone.contains($0.subject) }
      result += round.drawn
    }
    return result
  }
}

/// All that is published of one draw.
public struct DrawPublication: Sendable, Hashable, Codable {
  public var roster: DrawRoster
  public var parameters: DrawParameters
  public var commitment: DrawCommitment
  public var reveal: DrawReveal
  public var result: DrawResult

  public init(
    roster: DrawRoster, parameters: DrawParameters, commitment: DrawCommitment, reveal: DrawReveal,
    result: DrawResult
  ) {
    self.roster = roster
    self.parameters = parameters
    self.commitment = commitment
    self.reveal = reveal
    self.result = result
  }
}
