import Crypto
import Foundation
package import NIOSSL
import SwiftASN1
import X509

/// A node's TLS identity: a self-signed certificate over its Ed25519 transport key, made in memory. Trust is the
/// charter that names the key, not a CA and not the certificate's dates.
public struct TransportIdentity: Sendable {
  /// Private-use extension that carries an enrolment's proof: under the arc of UUID-based OIDs (ITU-T X.667) nothing
  /// can collide with it.
  static let enrolmentExtension: ASN1ObjectIdentifier = [2, 25, 7443, 1]
  /// Carries the earlier transport keys that vouch for this one.
  static let successionExtension: ASN1ObjectIdentifier = [2, 25, 7443, 2]

  /// Carries the entry with the charter of an office that its superior may have forgotten.
  static let charterExtension: ASN1ObjectIdentifier = [2, 25, 7443, 3]

  /// Raw 32 bytes.
  public let publicKey: [UInt8]
  /// The certificate as it is shown.
  package let der: [UInt8]
  private let certificate: NIOSSLCertificate
  private let privateKey: NIOSSLPrivateKey

  /// - Parameters:
  ///   - rawPrivateKey: 32 bytes (RFC 8032).
  ///   - enrolmentProof: carried in the certificate when a new office introduces itself.
  ///   - succession: carried in the certificate of a node whose transport key is not its first.
  ///   - charter: carried in the certificate of an office that was turned away: the entry with its charter.
  /// - Throws: what the certificate library throws for an unusable key.
  public init(
    rawPrivateKey: [UInt8], commonName: String, enrolmentProof: [UInt8]?, succession: [UInt8]? = nil,
    charter: [UInt8]? = nil
  ) throws {
    let signing = try Curve25519.Signing.PrivateKey(rawRepresentation: rawPrivateKey)
    let key = Certificate.PrivateKey(signing)
    let name = try DistinguishedName { CommonName(commonName) }
    var extensions = Certificate.Extensions()
    if let enrolmentProof {
      try extensions.append(
        Certificate.Extension(oid: Self.enrolmentExtension, critical: false, value: enrolmentProof[...]))
    }
    if let succession {
      try extensions.append(
        Certificate.Extension(oid: Self.successionExtension, critical: false, value: succession[...]))
    }
    if let charter {
      try extensions.append(Certificate.Extension(oid: Self.charterExtension, critical: false, value: charter[...]))
    }
    // Long enough that no clock, however wrong, makes it expire; the charter has the real term.
    let certificate = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(bytes: Array(signing.publicKey.rawRepresentation.prefix(16))),
      publicKey: key.publicKey, notValidBefore: Date(timeIntervalSince1970: 0),
      notValidAfter: Date(timeIntervalSince1970: 4_102_444_800), issuer: name, subject: name,
      signatureAlgorithm: .ed25519, extensions: extensions, issuerPrivateKey: key)
    var serializer = DER.Serializer()
    try serializer.serialize(certificate)
    der = serializer.serializedBytes
    self.certificate = try NIOSSLCertificate(bytes: der, format: .der)
    privateKey = try NIOSSLPrivateKey(bytes: Array(key.serializeAsPEM().pemString.utf8), format: .pem)
    publicKey = Array(signing.publicKey.rawRepresentation)
  }

  /// TLS 1.3 alone, client certificates required, Ed25519 alone, no CA: whoever is not admitted by the verifier does
  /// not get through the handshake.
  package func configuration(isServer: Bool, _ limits: TransportLimits) -> TLSConfiguration {
    var configuration =
      isServer
      ? TLSConfiguration.makeServerConfigurationWithMTLS(
        certificateChain: [.certificate(certificate)], privateKey: .privateKey(privateKey),
        trustRoots: .certificates([]))
      : TLSConfiguration.makeClientConfiguration()
    if !isServer {
      configuration.certificateChain = [.certificate(certificate)]
      configuration.privateKey = .privateKey(privateKey)
      configuration.trustRoots = .certificates([])
    }
    configuration.certificateVerification = .noHostnameVerification
    configuration.minimumTLSVersion = .tlsv13
    configuration.maximumTLSVersion = .tlsv13
    configuration.verifySignatureAlgorithms = [.ed25519]
    configuration.signingSignatureAlgorithms = [.ed25519]
    configuration.shutdownTimeout = limits.farewellTime
    configuration.applicationProtocols = [TransportLimits.protocolName]
    return configuration
  }
}
