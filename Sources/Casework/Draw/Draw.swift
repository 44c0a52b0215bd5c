/// A verifiable random draw (双随机): units and officers, so that neither the office nor its superior can choose
/// them and anyone can derive them again.
///
/// First the office publishes the commitment. Then a seed arrives that it could not choose: the hash of a
/// receipt its superior makes later. Then the office reveals its nonce, and the list follows. What this cannot
/// hinder: that both collude before the commitment, or that an office commits and never reveals. The latter is
/// seen, because the commitment stays in the log.
public struct Draw {
  /// By id.
  let subjects: [DrawSubject]
  /// Canonical.
  let parameters: DrawParameters
  let hash: ([UInt8]) -> [UInt8]

  /// - Parameter hash: of the office's suite; 32 bytes.
  /// - Throws: the first thing that makes the draw impossible. Whatever can be known beforehand is refused here,
  ///   so that no seed lets an office off.
  public init(
    roster: DrawRoster, parameters: DrawParameters, hash: @escaping ([UInt8]) -> [UInt8]
  ) throws(DrawProblem) {
    let length = hash([]).count
    if length != DrawLimits.hashBytes { throw .hashLength(length) }
    subjects = roster.subjects
    self.parameters = parameters.canonical
    self.hash = hash
    try checkSizes()
    try checkTexts()
    try checkMinimums()
    try checkRecusals()
  }

  /// How many units are drawn.
  public var count: Int { parameters.size.count(of: subjects.count) }

  /// What the office publishes first.
  ///
  /// - Parameter nonce: 32 random bytes, kept secret until the seed is there and used once.
  public func commitment(nonce: [UInt8]) throws(DrawProblem) -> DrawCommitment {
    if nonce.count != DrawLimits.hashBytes { throw .nonceLength(nonce.count) }
    return DrawCommitment(draw: self, nonce: nonce)
  }

  /// The list that follows; the same for the same values, always and everywhere.
  public func result(_ reveal: DrawReveal) throws(DrawProblem) -> DrawResult {
    let digest = try commitment(nonce: reveal.nonce).digest
    if reveal.redraws.count >= DrawLimits.roundsMax { throw .tooManyRounds(reveal.redraws.count + 1) }
    var run = DrawRun(self, nonce: reveal.nonce)
    var rounds = [try run.first(seed: reveal.seed)]
    for redraw in reveal.redraws { rounds.append(try run.next(redraw)) }
    return DrawResult(commitment: digest, rounds: rounds)
  }
}
