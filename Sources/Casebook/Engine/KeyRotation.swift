public import Replication

/// Changing an office's keys (更换密钥) in good order: the present key introduces the next ones, and the parent's node
/// answers with a charter for them; the root office, with nobody above, charters its own.
public enum KeyRotation {
  /// What the present key of an office introduced last, where the office's charter does not say so (yet).
  public static func pending(
    of office: OfficeCode, in context: ReplicaContext, _ storage: any ReplicaStorage
  ) throws -> KeyIntroduction? {
    try allPending(in: context, storage)[office]
  }

  static func allPending(
    in context: ReplicaContext, _ storage: any ReplicaStorage
  ) throws -> [OfficeCode: KeyIntroduction] {
    var pending: [OfficeCode: KeyIntroduction] = [:]
    for (key, introduction) in try latest(in: storage) {
      guard let seat = context.tree.seat(of: key), seat.key == key, !context.tree.isRevoked(key) else { continue }
      let charter = seat.charter
      let isAnswered =
        introduction.signingKey == charter.signingKey && introduction.transportKey == charter.transportKey
      if introduction.office == charter.office, !isAnswered { pending[charter.office] = introduction }
    }
    return pending
  }

  /// Charters this office owes: for keys of its own subordinates that their present keys vouch for. A revoked key
  /// vouches for nothing; then a person invites the office anew. Nor does a revoked key charter anybody: the office's next
  /// one will.
  static func owed(
    context: ReplicaContext, at wallMilliseconds: UInt64, in storage: any ReplicaStorage
  ) throws -> [(office: OfficeCode, charter: Charter)] {
    if context.tree.isRevoked(context.key) { return [] }
    return try allPending(in: context, storage).sorted { $0.key < $1.key }.compactMap { office, introduction in
      guard let seat = context.tree.seat(office), seat.charter.parent == context.office else { return nil }
      let charter = charter(introduction, after: seat.charter, at: wallMilliseconds)
      var tree = context.tree
      guard (try? tree.admit(charter, from: context.key, suites: context.suites)) != nil else { return nil }
      return (office, charter)
    }
  }

  /// What the present key of an office signs to change its keys, in its `down` stream.
  public static func changes(
    _ introduction: KeyIntroduction, in context: ReplicaContext, at wallMilliseconds: UInt64
  ) -> [Change] {
    var changes: [Change] = [.introduction(introduction)]
    if let present = context.tree.seat(context.office)?.charter, present.parent == nil {
      changes.append(.charter(charter(introduction, after: present, at: wallMilliseconds)))
    }
    return changes
  }

  /// The present charter with the keys introduced. It begins after the present one, whatever the clock says: of charters
  /// given at enrolment the later one counts.
  private static func charter(
    _ introduction: KeyIntroduction, after present: Charter, at wallMilliseconds: UInt64
  ) -> Charter {
    var charter = present
    charter.signingKey = introduction.signingKey
    charter.transportKey = introduction.transportKey
    charter.from = max(wallMilliseconds, present.from + 1)
    return charter
  }

  /// The last introduction by each key: of one office's streams the latest incarnation's.
  private static func latest(in storage: any ReplicaStorage) throws -> [KeyFingerprint: KeyIntroduction] {
    var latest: [KeyFingerprint: (incarnation: UInt64, seq: UInt64, introduction: KeyIntroduction)] = [:]
    for fact in try storage.facts() {
      guard case .introduction(let introduction) = fact.change else { continue }
      let place = (fact.stream.incarnation, fact.seq)
      if let known = latest[fact.stream.author], (known.incarnation, known.seq) > place { continue }
      latest[fact.stream.author] = (place.0, place.1, introduction)
    }
    return latest.mapValues(\.introduction)
  }
}
