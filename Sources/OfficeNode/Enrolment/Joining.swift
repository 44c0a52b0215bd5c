import Casebook
import Casework
import Foundation
public import Logging
import NIOPosix
import PeerTransport
public import Replication
import SignatureSuites

extension OfficeNode {
  /// Sets up a subordinate office by the superior's one-time code: makes the keys here, proves the secret, fetches the
  /// charter, and synchronises for the first time.
  /// - Returns: the node, open.
  /// - Throws: `DeskFailure`; the home is left empty unless the charter arrived.
  public static func join(
    _ home: Home, code text: String, suite: SuiteID, effects: SystemEffects, logger: Logger
  ) async throws -> OfficeNode {
    guard let hashing = SuiteSet.standard[.ed25519], let code = InvitationCode(text, using: hashing) else {
      throw NodeFailure.badInvitation("邀请码不完整或有误。", "The invitation code is incomplete or mistyped.")
    }
    let keys = try prepare(home, suite: suite)
    let transportKey = keys.transport.publicKey.bytes
    guard let raw = keys.transport.rawEd25519 else { throw NodeFailure.badInvitation("密钥不可用。", "No usable key.") }
    let identity = try StoreFailures.mapped {
      try TransportIdentity(
        rawPrivateKey: raw, commonName: "enrolling",
        enrolmentProof: proof(id: code.id, secret: code.secret, transportKey: transportKey))
    }
    let signature = try keys.signer.sign(EnrolmentMessage.signedBytes(id: code.id, transportKey: transportKey))
    let reply: EnrolmentMessage
    do {
      let address = try PeerAddress(code.address)
      let connection = try await PeerDialer.dial(
        address, identity: identity,
        verifier: { certificate in
          // The superior may have changed its keys since it gave the code.
          let keys = transportKeys(of: certificate, using: hashing)
          return keys.contains { keyHash($0, using: hashing) == code.keyHash } ? .office("superior") : nil
        }, group: MultiThreadedEventLoopGroup.singleton, logger: logger)
      do {
        try await connection.send(
          EnrolmentMessage.request(signingKey: keys.signer.publicKey, signature: signature).encoded)
        reply = try await firstFrame(of: connection)
        await connection.close()
      } catch let error as TransportError where error.code != .timeout {
        await connection.close()
        // The superior ends the handshake of whoever it does not admit; whether its alert or the end of the connection
        // is seen first is a race, so both mean the same here.
        throw TransportError(.refusedByPeer, cause: error.cause)
      } catch {
        await connection.close()
        throw error
      }
    } catch let error as TransportError where error.code == .refusedByPeer {
      throw NodeFailure.badInvitation(
        "上级机构不接受此邀请码：已过期、已使用或不存在。", "The superior does not accept this code: expired, used or unknown.")
    } catch {
      throw StoreFailures.mapped(error)
    }
    return try settle(home, reply: reply, code: code, keys: keys, effects: effects, logger: logger)
  }

  private static func firstFrame(of connection: PeerConnection) async throws -> EnrolmentMessage {
    for try await frame in connection.frames {
      do throws(CBORReader.Failure) {
        return try EnrolmentMessage(decoding: frame)
      } catch {
        throw TransportError(.noSuchProtocol)
      }
    }
    throw TransportError(.refusedByPeer)
  }

  private static func settle(
    _ home: Home, reply: EnrolmentMessage, code: InvitationCode,
    keys: NodeKeys, effects: SystemEffects, logger: Logger
  ) throws -> OfficeNode {
    switch reply {
    case .grant(let office, let name, let superior, let chain):
      guard let root = chain.first, let last = chain.last, last.charter.signingKey == keys.signer.publicKey else {
        throw NodeFailure.badInvitation("上级机构的授权书与本机密钥不符。", "The charter is not for this machine's keys.")
      }
      let settings = OfficeSettings(
        office: office.text, name: name, rootKey: Hexadecimal.string(root.issuer.bytes), incarnation: 1,
        superior: superior.text, superiorAddress: code.address)
      return try settle(home, settings: settings, charters: chain, keys: keys, effects: effects, logger: logger)
    case .refused(let reason):
      let words = Self.words(ofRefusal: reason)
      throw NodeFailure.badInvitation("上级机构拒绝了邀请码：\(words.zh)。", "The superior refused the code: \(words.en).")
    case .request: throw TransportError(.noSuchProtocol)
    }
  }

  /// What a superior says when it refuses (page 6); of a code that a later version may have, the code itself.
  private static func words(ofRefusal code: String) -> Bilingual {
    switch code {
    case "expired": Bilingual(zh: "已过有效期", en: "it has expired")
    case "used": Bilingual(zh: "已被使用，或该机构已经设立", en: "it was used, or the office exists already")
    case "unknown": Bilingual(zh: "上级没有签发过", en: "it was not issued there")
    case "revoked": Bilingual(zh: "上级或本机的密钥已被撤销", en: "the superior's key or this machine's is revoked")
    case "malformed", "signature": Bilingual(zh: "请求有误（\(code)）", en: "the request was not in order (\(code))")
    default: Bilingual(zh: code, en: code)
    }
  }
}
