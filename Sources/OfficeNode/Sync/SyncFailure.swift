import Casebook
import Casework
import Replication

/// How a session can break off.
enum SyncFailure {
  private static let again = Bilingual(
    zh: "已收到的内容都已保存；请稍后再同步，将从中断处继续。", en: "What arrived is stored; synchronise again, it goes on from there.")

  static func closed(_ peer: OfficeCode) -> DeskFailure {
    DeskFailure(
      kind: .unreachable, code: "connection-lost",
      message: Bilingual(zh: "与 \(peer) 的连接中断。", en: "The connection to \(peer) was lost."), remedy: again)
  }

  static func superseded(_ peer: OfficeCode) -> DeskFailure {
    DeskFailure(
      kind: .unreachable, code: "superseded",
      message: Bilingual(
        zh: "与 \(peer) 已有另一个同步连接。", en: "Another session with \(peer) has taken this one's place."),
      remedy: Bilingual(
        zh: "通常无须处理；如反复出现，请核对是否有两台机器使用同一机构的数据。",
        en: "Usually nothing has to be done; if it goes on, see whether two machines use this office's data."))
  }

  static func endedHere(_ peer: OfficeCode, _ code: SyncFrame.CloseCode) -> DeskFailure {
    code == .shuttingDown ? stopping() : superseded(peer)
  }

  static func stopping() -> DeskFailure {
    DeskFailure(
      kind: .unreachable, code: "stopping", message: Bilingual(zh: "节点正在停止。", en: "The node is being stopped."),
      remedy: again)
  }

  static func violated(_ peer: OfficeCode, _ text: String) -> DeskFailure {
    DeskFailure(
      kind: .protocolViolated, code: "protocol",
      message: Bilingual(zh: "\(peer) 违反同步协议：\(text)", en: "\(peer) violated the protocol: \(text)"),
      remedy: Bilingual(zh: "请核对双方软件版本。", en: "Compare the software versions of both sides."))
  }

  static func peerClosed(_ peer: OfficeCode, _ code: SyncFrame.CloseCode, _ text: String) -> DeskFailure {
    switch code {
    case .invalidEntry, .fork, .outOfScope:
      DeskFailure(
        kind: .integrity, code: "\(code)",
        message: Bilingual(zh: "与 \(peer) 同步时发现记录不可信：\(text)", en: "Untrustworthy entries between here and \(peer): \(text)"),
        remedy: Bilingual(zh: "双方各用 docket verify 检查，指出第一处不符。", en: "Run docket verify on both sides; it points at the first wrong place."))
    case .superseded: superseded(peer)
    case .shuttingDown:
      DeskFailure(
        kind: .unreachable, code: "peer-stopping",
        message: Bilingual(zh: "\(peer) 的节点正在停止。", en: "The node of \(peer) is being stopped."), remedy: again)
    default:
      DeskFailure(
        kind: .protocolViolated, code: "\(code)",
        message: Bilingual(zh: "与 \(peer) 的同步被中止：\(text)", en: "The session with \(peer) was ended: \(text)"), remedy: again)
    }
  }

  static func words(_ failure: Admission.Failure) -> (SyncFrame.CloseCode, String) {
    switch failure {
    case .unknownAuthor(let key):
      (.outOfScope, "author \(Hexadecimal.string(key.bytes.prefix(4))) has no charter here")
    case .outOfScope: (.outOfScope, "stream out of scope")
    case .tooManyStreams: (.tooMuch, "too many streams of one key")
    case .branchesApart(_, let seq), .chain(.fork(let seq)): (.fork, "fork at \(seq)")
    case .chain(let chain): (.invalidEntry, "\(chain.code) at \(chain.seq ?? 0)")
    case .unreadable(let reason): (.invalidEntry, "unreadable entry: \(reason.rawValue)")
    }
  }
}
