import Crypto
import NIOSSL
import SwiftASN1
import X509

/// What a peer's certificate says; only its key is believed, and only when a charter names it.
public struct PeerCertificate: Sendable, Hashable {
  /// Raw Ed25519 key, 32 bytes.
  public let publicKey: [UInt8]
  /// Proof of an invitation, when the certificate carries one.
  public let enrolmentProof: [UInt8]?
  /// Earlier keys that vouch for this one, unread and unverified.
  public let succession: [UInt8]?
  /// The entry with the charter of an office that was turned away, unread and unverified.
  public let charter: [UInt8]?

  public init(publicKey: [UInt8], enrolmentProof: [UInt8]?, succession: [UInt8]? = nil, charter: [UInt8]? = nil) {
    self.charter = charter
    self.publicKey = publicKey
    self.enrolmentProof = enrolmentProof
    self.succession = succession
  }

  init?(_ certificate: NIOSSLCertificate) {
    guard let der = try? certificate.toDERBytes() else { return nil }
    self.init(der: der)
  }

  /// - Returns: `nil` for anything but a small, self-signed Ed25519 certificate.
  package init?(der: [UInt8]) {
    guard der.count <= TransportLimits.certificateBytesMax,
      let parsed = try? Certificate(derEncoded: der), let key = Curve25519.Signing.PublicKey(parsed.publicKey),
      parsed.publicKey.isValidSignature(parsed.signature, for: parsed)
    else { return nil }
    publicKey = Array(key.rawRepresentation)
    enrolmentProof = parsed.extensions[oid: TransportIdentity.enrolmentExtension].map { Array($0.value) }
    succession = parsed.extensions[oid: TransportIdentity.successionExtension].map { Array($0.value) }
    charter = parsed.extensions[oid: TransportIdentity.charterExtension].map { Array($0.value) }
  }
}

/// As what a peer is let in.
public enum PeerAdmission: Sendable, Hashable {
  /// The office whose charter names the key.
  case office(String)
  /// A new office with a valid invitation of this id.
  case enrolling(String)
}

/// Decides over a peer's key within the handshake; `nil` refuses it.
public typealias PeerVerifier = @Sendable (PeerCertificate) async -> PeerAdmission?
