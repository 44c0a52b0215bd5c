import Casebook
import Casework
import Logging
import PeerTransport
import ReplicaStore
import Replication
import SignatureSuites

/// Changing the node's own keys (`docket key rotate`).
extension OfficeNode {
  /// Makes new keys and introduces them. The new transport key is shown from now on, its predecessor vouching for it; the
  /// new signing key takes over when the superior's charter has come, at the root office at once.
  func rotateKeys(_ draft: KeyRotationDraft) throws -> DeskReply {
    let before = context
    let suite = try signingSuite(draft)
    let withTransport = draft.only != "signing"
    guard let seat = before.tree.seat(before.office) else { throw KeyRotationFailure.notPresent }
    if before.tree.isRevoked(before.key) { throw KeyRotationFailure.revoked }
    guard seat.key == before.key else { throw KeyRotationFailure.notPresent }
    if try StoreFailures.mapped({ try store.read { try holdsPending(before, in: $0) } }) {
      throw KeyRotationFailure.pending
    }
    try keys.prepareNext(home, signing: suite, transport: withTransport)
    try vouchForNextTransport()
    let introduction = KeyIntroduction(
      office: before.office, signingKey: (keys.nextSigner ?? keys.signer).publicKey,
      transportKey: (keys.nextTransport ?? keys.transport).publicKey.bytes)
    let now = effects.now()
    context = try StoreFailures.mapped {
      try store.transaction { storage in
        var journal = Journal(context: before, signer: signer)
        let changes = KeyRotation.changes(introduction, in: before, at: now)
        _ = try journal.record(changes, for: .down, at: now, in: storage)
        try journal.finish(in: storage)
        return journal.context
      }
    }
    takeNextKeys()
    try noteHighWater()
    return .status(try status())
  }

  /// - Returns: `nil` when the signing key stays.
  private func signingSuite(_ draft: KeyRotationDraft) throws -> SuiteID? {
    guard [nil, "signing", "transport"].contains(draft.only) else { throw KeyRotationFailure.part(draft.only ?? "") }
    guard let name = draft.suite else { return draft.only == "transport" ? nil : context.suite }
    guard draft.only != "transport" else { throw KeyRotationFailure.suiteOfTransport }
    return try Offices.suite(name)
  }

  /// Whether a rotation waits for its charter and its keys are here; one whose keys are lost may be begun again.
  private func holdsPending(_ context: ReplicaContext, in storage: any ReplicaStorage) throws -> Bool {
    guard let pending = try KeyRotation.pending(of: context.office, in: context, storage) else { return false }
    let signing = [keys.signer, keys.nextSigner].compactMap { $0?.publicKey }
    let transport = [keys.transport, keys.nextTransport].compactMap { $0?.publicKey.bytes }
    return signing.contains(pending.signingKey) && transport.contains(pending.transportKey)
  }

  private func vouchForNextTransport() throws {
    guard let next = keys.nextTransport?.publicKey.bytes else { return }
    let signature = try StoreFailures.mapped { try transportSigner.sign(TransportSuccession.signedBytes(next: next)) }
    let link = TransportLink(
      key: Hexadecimal.string(transportSigner.publicKey.bytes), next: Hexadecimal.string(next),
      signature: Hexadecimal.string(signature))
    settings.transportSuccession = ((settings.transportSuccession ?? []) + [link]).suffix(TransportSuccession.linksMax)
    try settings.write(home)
  }

  /// Takes the next keys into use that the facts allow. What fails is done when the home is opened again; until then the
  /// present keys serve.
  func takeNextKeys() {
    guard keys.isNextAwaited else { return }
    do {
      var changed = keys
      let context = context
      guard try store.read({ try changed.takeOver(home, in: context, $0) }) else { return }
      keys = changed
      self.context.sign(with: changed.signer.publicKey)
      // What a revoked key owed to nobody, this one owes: the next look is at everything.
      witnessedMoves = nil
      if let showIdentity { showIdentity(try presentIdentity()) }
    } catch {
      logger.error("next keys not taken into use", metadata: LogCause.of(error))
    }
  }

  /// The certificate of the present transport key, with the earlier ones that lead to it.
  /// - Parameter charter: the entry to show with it.
  func presentIdentity(charter: [UInt8]? = nil) throws -> TransportIdentity {
    guard let raw = transportSigner.rawEd25519 else { throw TransportError(.notAdmitted) }
    var links: [TransportSuccession.Link] = []
    var key = Hexadecimal.string(transportSigner.publicKey.bytes)
    for link in (settings.transportSuccession ?? []).reversed() where link.next == key {
      guard let bytes = Hexadecimal.bytes(link.key), let signature = Hexadecimal.bytes(link.signature) else { break }
      links.insert(.init(key: bytes, signature: signature), at: 0)
      key = link.key
    }
    return try TransportIdentity(
      rawPrivateKey: raw, commonName: settings.office, enrolmentProof: nil,
      succession: links.isEmpty ? nil : TransportSuccession.encoded(links), charter: charter)
  }

  func rotation(in storage: any ReplicaStorage) throws -> KeyRotationView? {
    guard let pending = try KeyRotation.pending(of: context.office, in: context, storage),
      let charter = context.tree.seat(context.office)?.charter, let suite = context.suites[pending.signingKey.suite]
    else { return nil }
    let changesSigning = pending.signingKey != charter.signingKey
    return KeyRotationView(
      key: changesSigning ? KeyView.name(pending.signingKey.fingerprint(using: suite)) : nil,
      suite: changesSigning ? "\(pending.signingKey.suite)" : nil,
      changesTransport: pending.transportKey != charter.transportKey)
  }

  /// A warning when the office's present key is not on this machine.
  func keyWarning() -> Bilingual? {
    guard let seat = context.tree.seat(context.office), seat.key != context.key else { return nil }
    return KeyRotationFailure.notPresent.message
  }
}

/// Why keys cannot be changed now.
enum KeyRotationFailure {
  static let pending = DeskFailure(
    kind: .refused, code: "rotation-pending",
    message: Bilingual(zh: "上一次更换密钥还在等待上级确认。", en: "A change of keys still waits for the superior's charter."),
    remedy: Bilingual(
      zh: "请先与上级同步（docket sync 或交换包），用 docket key list 查看。",
      en: "Exchange with the superior first (docket sync, or bundles); docket key list shows how far it is."))

  static let revoked = DeskFailure(
    kind: .refused, code: "revoked",
    message: Bilingual(zh: "本机构的密钥已被上级撤销，不能自行更换。", en: "This office's key is revoked; it cannot name another one."),
    remedy: Bilingual(
      zh: "请上级用 docket invite 重新邀请，再在新目录中执行 docket join。",
      en: "The superior invites the office anew (docket invite); then docket join in a new folder."))

  static let notPresent = DeskFailure(
    kind: .integrity, code: "key-not-present",
    message: Bilingual(
      zh: "本机构现用的密钥不在本机（可能用更换密钥之前的备份恢复过）。",
      en: "The office's present key is not on this machine (a backup from before the change of keys?)."),
    remedy: Bilingual(
      zh: "请找回含新密钥的备份；找不回的，请上级撤销密钥（docket key revoke）后重新邀请。",
      en: "Find a backup with the new key; if there is none, the superior revokes it (docket key revoke) and invites the office anew."))

  static let suiteOfTransport = DeskFailure(
    kind: .usage, code: "suite",
    message: Bilingual(zh: "传输密钥只有 Ed25519 一种算法。", en: "Transport keys are always Ed25519."),
    remedy: Bilingual(zh: "请去掉 --suite 或 --only transport。", en: "Leave out --suite or --only transport."))

  static func part(_ text: String) -> DeskFailure {
    DeskFailure(
      kind: .usage, code: "part",
      message: Bilingual(zh: "--only 没有“\(text)”这一项。", en: "--only has no “\(text)”."),
      remedy: Bilingual(zh: "可选 signing 或 transport。", en: "Choose signing or transport."))
  }
}
