import Casebook
import Casework
import Foundation
import Logging
import PeerTransport
import ReplicaStore
import Replication
import SignatureSuites

/// An invitation as the inviting node keeps it.
struct StoredInvitation: Codable {
  var office: String
  var name: String
  var secret: [UInt8]
  /// Unix milliseconds by the inviting node's clock.
  var expires: UInt64
  /// Key the invitation was used with; it works once.
  var usedBy: [UInt8]?
  /// Powers of the charter; absent: none.
  var powers: [String]?
  /// End of the charter's term, Unix milliseconds; absent: without an end.
  var until: UInt64?

  static func key(_ id: [UInt8]) -> String { "invite.\(Hexadecimal.string(id))" }
}

extension OfficeNode {
  /// An invitation lives at most a month.
  static let invitationHoursMax = 24 * 31

  /// Signs nothing yet: keeps the secret and prints the code.
  func invite(_ invite: Invite) throws -> InvitationView {
    guard let office = OfficeCode(invite.office) else {
      throw DeskFailure(
        kind: .badInput, code: "office-code",
        message: Bilingual(zh: "机构代码“\(invite.office)”不合要求。", en: "“\(invite.office)” is no office code."),
        remedy: Bilingual(zh: "1 至 32 位字母、数字、“-”或“_”。", en: "1 to 32 letters, digits, “-” or “_”."))
    }
    if context.tree.isRevoked(context.key) { throw NodeFailure.revokedHere }
    guard mayCharter(office) else {
      throw DeskFailure(
        kind: .refused, code: "office-taken",
        message: Bilingual(zh: "机构 \(office) 已经设立。", en: "Office \(office) exists already."),
        remedy: Bilingual(zh: "请换一个机构代码。", en: "Choose another code."))
    }
    guard (1...Charter.nameBytesMax).contains(invite.name.utf8.count) else {
      throw DeskFailure(
        kind: .badInput, code: "office-name",
        message: Bilingual(zh: "机构名称（--name）为空或过长。", en: "The office's name (--name) is empty or too long."),
        remedy: Bilingual(
          zh: "1 至 \(Charter.nameBytesMax) 字节，汉字每个 3 字节。", en: "1 to \(Charter.nameBytesMax) bytes; a Chinese character takes 3."))
    }
    let now = effects.now()
    let terms = try CharterTerms(
      until: invite.until, powers: invite.powers, former: context.tree.seat(office)?.charter, at: now)
    _ = try StoreFailures.mapped { try PeerAddress(invite.address) }
    guard (1...Self.invitationHoursMax).contains(invite.hours), let suite = context.suites[.ed25519] else {
      throw NodeFailure.badInvitation("有效期须为 1 至 \(Self.invitationHoursMax) 小时。", "It may last 1 to \(Self.invitationHoursMax) hours.")
    }
    let id = effects.randomBytes(InvitationCode.idBytes)
    let secret = effects.randomBytes(InvitationCode.secretBytes)
    // Nobody joins by a charter that has ended.
    let expires = min(now + UInt64(invite.hours) * 3_600_000, terms.until ?? .max)
    let stored = StoredInvitation(
      office: office.text, name: invite.name, secret: secret, expires: expires, usedBy: nil, powers: terms.powers,
      until: terms.until)
    try StoreFailures.mapped {
      try store.transaction { try $0.setValue(StoredInvitation.key(id), Array(try JSONEncoder().encode(stored))) }
    }
    let code = InvitationCode(
      address: invite.address, keyHash: Self.keyHash(transportSigner.publicKey.bytes, using: suite), id: id,
      secret: secret)
    let spoken = context.tree.seat(context.office).map {
      SpokenFingerprint.of($0, root: context.tree.rootKey, using: suite)
    }
    return InvitationView(
      code: code.text(using: suite), office: office.text, expires: expires, fingerprint: spoken ?? "",
      until: terms.until, powers: terms.powers)
  }

  /// A new office, or one of ours whose key is revoked: it gets its next one.
  private func mayCharter(_ office: OfficeCode) -> Bool {
    guard let seat = context.tree.seat(office) else { return true }
    return seat.charter.parent == context.office && context.tree.isRevoked(seat.key)
  }

  static func keyHash(_ transportKey: [UInt8], using suite: any SignatureSuite) -> [UInt8] {
    Array(suite.hash(Domain.enrolment.prefix + transportKey).bytes.prefix(InvitationCode.keyHashBytes))
  }

  /// `[id, proof]`: the proof binds the secret to the transport key of the certificate that carries it.
  static func proof(id: [UInt8], secret: [UInt8], transportKey: [UInt8]) -> [UInt8] {
    var writer = CBORWriter()
    writer.arrayHead(2)
    writer.byteString(id)
    writer.byteString(hmacSHA256(key: secret, message: Domain.enrolment.prefix + transportKey))
    return writer.bytes
  }

  /// The certificate's key and the earlier ones that vouch for it, the latest first.
  static func transportKeys(of certificate: PeerCertificate, using suite: any SignatureSuite) -> [[UInt8]] {
    let vouched = certificate.succession.map {
      TransportSuccession.earlierKeys(of: certificate.publicKey, vouchedBy: $0, using: suite)
    }
    return [certificate.publicKey] + (vouched ?? [])
  }

  /// Whom a certificate's key admits: an office by its charter, unless that has ended, or one that enrols by its proof;
  /// `nil`: nobody.
  func admitted(_ certificate: PeerCertificate) -> PeerAdmission? {
    if let suite = context.suites[.ed25519] {
      let keys = Self.transportKeys(of: certificate, using: suite)
      for key in keys {
        guard let office = context.tree.office(ofTransportKey: key) else { continue }
        return isTermOver(of: office) ? nil : .office(office.text)
      }
      // It may have been renewed since the entry that is shown: what was lost tells, once it is here again.
      if let office = officeChartered(by: certificate.charter, for: keys) { return .office(office.text) }
    }
    guard let proof = certificate.enrolmentProof, let (id, invitation) = try? invitation(of: proof),
      invitation.usedBy == nil || invitation.usedBy == certificate.publicKey, invitation.expires > effects.now(),
      constantTimeEqual(
        proof, Self.proof(id: id, secret: invitation.secret, transportKey: certificate.publicKey))
    else { return nil }
    return .enrolling(Hexadecimal.string(id))
  }

  private func invitation(of proof: [UInt8]) throws -> ([UInt8], StoredInvitation)? {
    var reader = CBORReader(proof)
    try reader.array(of: 2)
    let id = try reader.byteString(atMost: InvitationCode.idBytes)
    guard let bytes = try store.read({ try $0.value(StoredInvitation.key(id)) }) else { return nil }
    return (id, try JSONDecoder().decode(StoredInvitation.self, from: Data(bytes)))
  }

  /// Charters the office that asks; the invitation is used up in the same transaction.
  func enrol(_ request: EnrolmentMessage, id idText: String, transportKey: [UInt8]) throws -> EnrolmentMessage {
    guard case .request(let key, let signature) = request, let id = Hexadecimal.bytes(idText),
      let suite = context.suites[key.suite]
    else { return .refused(code: "malformed") }
    guard
      suite.isValid(
        signature: signature, of: EnrolmentMessage.signedBytes(id: id, transportKey: transportKey), by: key.bytes)
    else { return .refused(code: "signature") }
    if mayNotWrite { throw NodeFailure.restored }
    // What a revoked key charters counts for nothing: the office would hand in its work to nobody. Nor does a revoked key
    // come back into office by another code.
    for key in [context.key, key.fingerprint(using: suite)] where context.tree.isRevoked(key) {
      return .refused(code: "revoked")
    }
    let now = effects.now()
    let (reply, newContext) = try StoreFailures.mapped {
      try store.transaction { storage -> (EnrolmentMessage, ReplicaContext) in
        guard let bytes = try storage.value(StoredInvitation.key(id)) else { return (.refused(code: "unknown"), context) }
        var invitation = try JSONDecoder().decode(StoredInvitation.self, from: Data(bytes))
        guard invitation.expires > now else { return (.refused(code: "expired"), context) }
        guard let office = OfficeCode(invitation.office) else { return (.refused(code: "malformed"), context) }
        var changed = context
        // The same machine may ask again, because our answer was lost.
        let isChartered = context.tree.seat(office).map {
          $0.charter.transportKey == transportKey && $0.charter.signingKey == key
        }
        if isChartered != true {
          guard invitation.usedBy == nil, mayCharter(office) else { return (.refused(code: "used"), context) }
          // After the office's present one, whatever the clock says: what begins before it is taken for earlier.
          let from = max(now, context.tree.seat(office).map { $0.charter.from + 1 } ?? 0)
          let charter = Charter(
            office: office, name: invitation.name, parent: context.office, signingKey: key, transportKey: transportKey,
            powers: invitation.powers ?? [], from: from, until: invitation.until)
          // Admitted before it is signed: the stream's audience names an office that must have a seat to be read.
          try changed.tree.admit(charter, from: context.key, suites: context.suites)
          var journal = Journal(context: changed, signer: signer)
          _ = try journal.record([.charter(charter)], for: .subtree(office), at: now, in: storage)
          try journal.finish(in: storage)
          changed = journal.context
        }
        invitation.usedBy = transportKey
        try storage.setValue(StoredInvitation.key(id), Array(try JSONEncoder().encode(invitation)))
        let chain = Self.chain(to: office, in: changed.tree)
        return (.grant(office: office, name: invitation.name, superior: context.office, chain: chain), changed)
      }
    }
    context = newContext
    try noteHighWater()
    return reply
  }

  private static func chain(to office: OfficeCode, in tree: OfficeTree) -> [StoredCharter] {
    var chain: [StoredCharter] = []
    var next: OfficeCode? = office
    while let code = next, let seat = tree.seat(code) {
      let issuer = seat.charter.parent.flatMap { tree.seat($0)?.key } ?? tree.rootKey
      chain.insert(StoredCharter(charter: seat.charter, issuer: issuer), at: 0)
      next = seat.charter.parent
      // Trust hangs on the root's first key; each later one comes from the one before it, and is known from there only by
      // what that one signed.
      if next == nil {
        let earlier = tree.charters(of: code).filter { $0 != seat.charter }
        let told = earlier.prefix(1) + earlier.dropFirst().suffix(EnrolmentMessage.rootChartersMax - 1)
        chain = told.map { StoredCharter(charter: $0, issuer: tree.rootKey) } + chain
      }
    }
    return chain
  }
}
