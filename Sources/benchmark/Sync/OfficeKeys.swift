import PeerTransport
import Replication
import SignatureSuites

/// An office of the load run: its code and the keys that its charter names.
struct OfficeKeys: Sendable {
  struct Impossible: Error {}

  let office: OfficeCode
  let signer: SoftwareSigner
  let transport: SoftwareSigner
  let identity: TransportIdentity

  init(_ text: String) throws {
    guard let office = OfficeCode(text) else { throw Impossible() }
    self.office = office
    signer = try SoftwareSigner.generate(suite: .ed25519)
    transport = try SoftwareSigner.generate(suite: .ed25519)
    guard let raw = transport.rawEd25519 else { throw Impossible() }
    identity = try TransportIdentity(rawPrivateKey: raw, commonName: text, enrolmentProof: nil)
  }

  var fingerprint: KeyFingerprint { signer.publicKey.fingerprint(using: Ed25519Suite()) }

  /// What it records for its superiors.
  var stream: StreamID { StreamID(author: fingerprint, incarnation: 1, audience: .up) }

  func charter(from parent: OfficeCode, at milliseconds: UInt64) -> Charter {
    Charter(
      office: office, name: office.text, parent: parent, signingKey: signer.publicKey,
      transportKey: transport.publicKey.bytes, powers: [], from: milliseconds, until: nil)
  }
}
