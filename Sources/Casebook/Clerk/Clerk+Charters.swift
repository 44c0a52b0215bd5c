import Casework
import Replication

/// Charters (授权书) of the offices directly below, while their keys stay.
extension Clerk {
  /// Signs a further charter for a direct subordinate's present keys, with another term and perhaps other powers.
  func renewCharter(_ draft: CharterRenewalDraft, in storage: any ReplicaStorage) throws -> DeskReply {
    guard let office = OfficeCode(draft.office), let seat = context.tree.seat(office) else {
      throw StandingFailure.unknownOffice(draft.office)
    }
    guard seat.charter.parent == context.office else {
      throw CharterFailure.notDirect(draft.office, parent: seat.charter.parent?.text)
    }
    if context.tree.isRevoked(seat.key) { throw StandingFailure.revokedAlready(draft.office) }
    let terms = try CharterTerms(until: draft.until, powers: draft.powers, former: seat.charter, at: now)
    var charter = seat.charter
    charter.powers = terms.powers
    charter.until = terms.until
    // After the present one, whatever the clock says: what begins before it is taken for earlier.
    charter.from = max(now, seat.charter.from + 1)
    var journal = Journal(context: context, signer: signer)
    _ = try journal.record([.charter(charter)], for: .subtree(office), at: now, in: storage)
    try journal.finish(in: storage)
    // Thrown out of the transaction: a charter that seats nobody is not written.
    guard journal.context.tree.seat(office)?.charter == charter else { throw CharterFailure.notAdmitted(draft.office) }
    return .offices(Self.officeViews(of: journal.context))
  }
}
