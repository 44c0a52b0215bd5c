/// What can go wrong between two offices. Equality looks at the code alone, so that tests need not know the texts.
public struct TransportError: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Code: String, Sendable, Hashable, CaseIterable {
    case unreachable
    case timeout
    /// The peer ended the handshake: our key is not chartered there.
    case refusedByPeer = "refused-by-peer"
    /// The peer's key is not chartered here.
    case notAdmitted = "not-admitted"
    case noSuchProtocol = "no-such-protocol"
    case frameTooLarge = "frame-too-large"
    case truncated
    case addressInUse = "address-in-use"
    case badAddress = "bad-address"
    /// The peer took the call and ended it before it said who it is.
    case turnedAway = "turned-away"
  }

  public let code: Code
  /// What the system or library said.
  public let cause: String?

  public init(_ code: Code, cause: String? = nil) {
    self.code = code
    self.cause = cause
  }

  public static func == (lhs: TransportError, rhs: TransportError) -> Bool { lhs.code == rhs.code }
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }

  public var description: String { cause.map { "\(code.rawValue): \($0)" } ?? code.rawValue }

  public var zh: String { texts.zh }
  public var en: String { texts.en }
  public var remedyZh: String { texts.remedyZh }
  public var remedyEn: String { texts.remedyEn }

  private var texts: (zh: String, en: String, remedyZh: String, remedyEn: String) {
    let tail = cause.map { "（\($0)）" } ?? ""
    let tailEn = cause.map { " (\($0))" } ?? ""
    return switch code {
    case .unreachable:
      (
        "连接不上对方\(tail)。", "The peer cannot be reached\(tailEn).", "请检查网络、地址和对方节点是否在运行；本地工作不受影响。",
        "Check the network, the address and that the peer is serving; local work goes on."
      )
    case .timeout:
      ("对方没有及时应答\(tail)。", "The peer did not answer in time\(tailEn).", "请稍后再试，将从中断处继续。", "Try again later; it goes on from there.")
    case .refusedByPeer:
      (
        "对方不认可本机构的密钥\(tail)。", "The peer does not accept this office's key\(tailEn).",
        "请与对方核对六组指纹；被撤销的机构须重新加入。", "Compare the six groups with the peer; a revoked office must be invited anew."
      )
    case .notAdmitted:
      (
        "对方的密钥没有授权书，已拒绝连接\(tail)。", "The peer's key has no charter; the connection was refused\(tailEn).",
        "请核对地址是否正确；如对方更换过密钥，请先取得其新授权书。", "Check the address; if the peer changed its key, its new charter must arrive first."
      )
    case .noSuchProtocol:
      ("对方不是案联节点或版本不符\(tail)。", "The peer is no Docket node, or of another version\(tailEn).", "请核对地址、端口和软件版本。", "Check address, port and version.")
    case .frameTooLarge:
      ("对方发来的数据超过上限，已断开\(tail)。", "The peer sent more than the limit and was cut off\(tailEn).", "请核对双方软件版本。", "Compare the versions.")
    case .truncated:
      ("连接在传输途中断开\(tail)。", "The connection broke off within a frame\(tailEn).", "请再次同步，将从中断处继续。", "Synchronise again; it goes on from there.")
    case .addressInUse:
      ("监听地址已被占用\(tail)。", "The listening address is in use\(tailEn).", "请换一个端口，或停止占用它的程序。", "Choose another port or stop the program that uses it.")
    case .badAddress:
      ("地址有误\(tail)。", "The address is not valid\(tailEn).", "写作 主机:端口，例如 10.1.2.3:7443 或 [::1]:7443。", "Write host:port, for example 10.1.2.3:7443 or [::1]:7443.")
    case .turnedAway:
      (
        "对方暂不接受连接\(tail)。", "The peer takes no call at present\(tailEn).",
        "对方可能正忙或正在停止，或暂时不接受来自此地址的连接；请稍后再试，持续如此请联系对方管理员。",
        "It may be busy or stopping, or refuse this address for a while; try again later, and ask its administrator if it stays so."
      )
    }
  }
}
