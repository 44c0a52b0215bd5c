public import Casework

/// Why entries wait. Raw values are what `--json` says.
public enum WaitReason: String, Sendable, Hashable, Codable, CaseIterable {
  // MARK: To go out

  /// A session with the peer is open: they are on their way, and it has not said that it stored them.
  case sending
  /// The peer holds them; its receipt comes with one of the next exchanges.
  case awaitsReceipt = "awaits-receipt"
  /// The peer turned this office away at the last attempt.
  case refused
  /// The last attempt failed otherwise.
  case failed
  /// Nobody knows under which address the peer is reached.
  case noAddress = "no-address"
  /// Subordinates call this node, and it does not serve.
  case notServing = "not-serving"
  /// There never was a contact.
  case neverMet = "never-met"
  /// There was no contact since they were stored.
  case noContact = "no-contact"

  // MARK: To be used here

  /// Entries of a bundle that continue others which are not here yet.
  case missingEntries = "missing-entries"
  /// No charter is held for the author's key.
  case noCharter = "no-charter"
  /// Of a revoked key: a superior may ratify them.
  case quarantined
  /// Another branch stands, or the key may have been stolen.
  case disputed
  /// A new key's charter that neither the old key nor a revocation made way for.
  case charterWaiting = "charter-waiting"
  /// Written by a later version of this program.
  case laterVersion = "later-version"
}

/// What a node remembers of its contact with a neighbour.
public struct PeerContact: Sendable, Hashable {
  /// Of the last complete session, Unix milliseconds by this machine's clock.
  public var lastContact: UInt64?
  /// Of the last attempt, where it failed since.
  public var error: Bilingual?
  /// Whether the peer turned this office away.
  public var isRefused: Bool
  public var isLive: Bool
  /// Whether this office can begin a session with the peer: its address is known.
  public var hasAddress: Bool
  /// Whether this node takes calls.
  public var isServing: Bool

  public init(
    lastContact: UInt64?, error: Bilingual?, isRefused: Bool, isLive: Bool, hasAddress: Bool, isServing: Bool
  ) {
    self.lastContact = lastContact
    self.error = error
    self.isRefused = isRefused
    self.isLive = isLive
    self.hasAddress = hasAddress
    self.isServing = isServing
  }
}

extension Outgoing {
  public func reason(_ contact: PeerContact) -> WaitReason {
    if isDelivered { return .awaitsReceipt }
    if contact.isLive { return .sending }
    // What fails now is the cause, whatever was before.
    if contact.error != nil { return contact.isRefused ? .refused : .failed }
    if isUp, !contact.hasAddress { return .noAddress }
    if !isUp, !contact.isServing { return .notServing }
    return contact.lastContact == nil ? .neverMet : .noContact
  }
}

extension WaitReason {
  /// - Parameters:
  ///   - time: of the last contact, as people read it.
  ///   - error: what went wrong at the last attempt.
  public func message(peer: String, since time: String?, error: Bilingual?) -> Bilingual {
    switch self {
    case .sending:
      Bilingual(
        zh: "与 \(peer) 的会话开着，正在发送；对方存妥后即不再列出。",
        en: "A session with \(peer) is open and they are on their way; once it has stored them they are not listed.")
    case .awaitsReceipt:
      Bilingual(zh: "已送达 \(peer)，等待其回执。", en: "\(peer) holds them; its receipt is not here yet.")
    case .refused:
      Bilingual(
        zh: "\(peer) 拒绝连接：\(error?.zh ?? "")", en: "\(peer) turned this office away: \(error?.en ?? "")")
    case .failed:
      Bilingual(zh: "最近一次联系未成：\(error?.zh ?? "")", en: "The last attempt failed: \(error?.en ?? "")")
    case .noAddress:
      Bilingual(zh: "没有 \(peer) 的网络地址，须用交换包送达。", en: "No address of \(peer) is known; they travel by bundle.")
    case .notServing:
      Bilingual(zh: "本机没有开启服务，\(peer) 无法来取。", en: "This node is not serving, so \(peer) cannot fetch them.")
    case .neverMet: Bilingual(zh: "从未与 \(peer) 联系。", en: "There has been no contact with \(peer) yet.")
    case .noContact:
      Bilingual(zh: "自 \(time ?? "—") 起没有与 \(peer) 联系。", en: "No contact with \(peer) since \(time ?? "—").")
    case .missingEntries:
      Bilingual(zh: "交换包中的记录，等待其前面的记录到达。", en: "From a bundle; they wait for the entries before them.")
    case .noCharter:
      Bilingual(zh: "作者密钥的授权书尚未收到，暂不采用。", en: "No charter of the author's key is here yet.")
    case .quarantined: Bilingual(zh: "密钥已撤销，暂存待上级追认。", en: "The key is revoked; they wait to be ratified.")
    case .disputed: Bilingual(zh: "有争议，暂不生效。", en: "Disputed; they do not count.")
    case .charterWaiting:
      Bilingual(
        zh: "新密钥的授权书，等待原密钥确认或被撤销。",
        en: "A charter for a new key waits for the present key to introduce it, or to be revoked.")
    case .laterVersion: Bilingual(zh: "由更新版本写入，升级后采用。", en: "Written by a later version; used after an upgrade.")
    }
  }

  /// What to do; `nil`: nothing.
  public func remedy(peer: String) -> Bilingual? {
    switch self {
    case .sending, .awaitsReceipt: nil
    case .refused:
      Bilingual(
        zh: "请与 \(peer) 核对：docket explain \(peer) 说明密钥和授权书的状况。",
        en: "Ask \(peer); docket explain \(peer) tells how keys and charters stand.")
    case .failed: Bilingual(zh: "检查网络后执行 docket sync。", en: "See to the network, then docket sync.")
    case .noAddress:
      Bilingual(
        zh: "docket bundle create --for \(peer) --out 介质", en: "docket bundle create --for \(peer) --out MEDIUM")
    case .notServing: Bilingual(zh: "docket serve，或用交换包送达。", en: "docket serve, or take them there by bundle.")
    case .neverMet, .noContact: Bilingual(zh: "docket sync，或用交换包送达。", en: "docket sync, or take them there by bundle.")
    case .missingEntries:
      Bilingual(
        zh: "应用缺少的交换包；找不到的，请对方用 docket bundle create --whole 重做。",
        en: "Apply the missing bundle; if it is lost, have it made again with docket bundle create --whole.")
    case .noCharter, .charterWaiting: Bilingual(zh: "与上级同步。", en: "Exchange with the superior.")
    case .quarantined, .disputed:
      Bilingual(
        zh: "docket quarantine 查看；上级用 docket quarantine ratify 追认。",
        en: "See docket quarantine; a superior lets them count with docket quarantine ratify.")
    case .laterVersion: Bilingual(zh: "升级案联。", en: "Upgrade Docket.")
    }
  }
}
