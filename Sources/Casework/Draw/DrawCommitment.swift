/// What an office publishes before the seed exists: it can change nothing afterwards without being found out.
///
/// The parts are published beside the digest over them, so that whoever verifies can say which one changed.
public struct DrawCommitment: Sendable, Hashable, Codable {
  public var roster: [UInt8]
  public var parameters: [UInt8]
  /// Hash of the office's nonce, which keeps the superior, who makes the seed, from foreseeing the list.
  public var nonce: [UInt8]
  /// Over the three.
  public var digest: [UInt8]

  init(draw: Draw, nonce: [UInt8]) {
    roster = draw.hash(DrawEncoding.roster(draw.subjects))
    parameters = draw.hash(DrawEncoding.parameters(draw.parameters))
    self.nonce = draw.hash(DrawEncoding.parts(.nonce, nonce))
    digest = []
    digest = digest(by: draw.hash)
  }

  /// What the digest must be, given the parts.
  func digest(by hash: ([UInt8]) -> [UInt8]) -> [UInt8] {
    hash(DrawEncoding.parts(.commitment, roster, parameters, nonce))
  }
}
