public import Casework

/// Something wrong with a draw, as `docket draw verify` reports it.
public struct DrawFinding: Sendable, Hashable, Codable {
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    // What `DrawVerification` finds.
    case roster, parameters, nonce, commitment
    case otherCommitment = "other-commitment"
    case seed, impossible, rounds, redraw, subjects, officers
    // What only the log shows.
    /// Roster or parameters cannot be read.
    case incomplete
    /// The record was written again after it was made.
    case rewritten
    /// Another commitment, or another re-draw of the same round, was made and never revealed.
    case withheld
    /// The roster is not the office's register.
    case register
    /// An officer's certificate was not valid on the day.
    case certificate
    /// The office named as witness is not above the one that drew.
    case witness
    /// Counts in the record that are not those of the roster.
    case header
    // What only a published file shows.
    case unreadable
    /// The record that asked for a round is not signed by the office, or says something else.
    case request
    /// The entries between that record and the receipt do not follow from each other.
    case chain
    /// No receipt of the witness over that record.
    case receipt
  }

  public var kind: Kind
  /// Round it concerns; `nil` for the whole draw.
  public var round: Int?
  public var message: Bilingual

  public init(_ kind: Kind, round: Int? = nil, message: Bilingual) {
    self.kind = kind
    self.round = round
    self.message = message
  }

  init(_ verification: DrawVerification) {
    let (kind, round): (Kind, Int?) =
      switch verification {
      case .roster: (.roster, nil)
      case .parameters: (.parameters, nil)
      case .nonce: (.nonce, nil)
      case .commitment: (.commitment, nil)
      case .otherCommitment: (.otherCommitment, nil)
      case .seed(let round): (.seed, round)
      case .impossible: (.impossible, nil)
      case .rounds: (.rounds, nil)
      case .redraw(let round): (.redraw, round)
      case .subjects(let round): (.subjects, round)
      case .officers(let round, _): (.officers, round)
      }
    self.init(kind, round: round, message: verification.message)
  }
}
