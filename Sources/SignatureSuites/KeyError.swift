/// What can be wrong with a key or its file.
public struct KeyError: Error, Sendable, Hashable {
  public enum Code: String, Sendable, Hashable, CaseIterable {
    case missing = "key-missing"
    case damaged = "key-damaged"
    case passphrase = "key-passphrase"
    /// Readable by others than its owner.
    case permissions = "key-permissions"
    case exists = "key-exists"
    case io = "key-io"
    case unsupported = "key-unsupported"
  }

  public let code: Code
  public let path: String
  public let cause: String?

  public init(_ code: Code, path: String = "", cause: String? = nil) {
    self.code = code
    self.path = path
    self.cause = cause
  }

  public var zh: String { texts.zh }
  public var en: String { texts.en }
  public var remedyZh: String { texts.remedyZh }
  public var remedyEn: String { texts.remedyEn }

  private var texts: (zh: String, en: String, remedyZh: String, remedyEn: String) {
    switch code {
    case .missing:
      ("密钥文件 \(path) 不存在。", "There is no key file \(path).", "请从备份恢复密钥；密钥确已丢失的，请上级重新邀请。", "Restore it from a backup; if it is lost, have the office invited anew.")
    case .damaged:
      ("密钥文件 \(path) 损坏。", "The key file \(path) is damaged.", "请从备份恢复密钥。", "Restore it from a backup.")
    case .passphrase:
      ("密钥口令不对。", "The passphrase is wrong.", "请重新输入口令。", "Enter it again.")
    case .permissions:
      ("密钥文件 \(path) 可被他人读取，拒绝使用。", "The key file \(path) can be read by others; it is not used.", "请执行 chmod 600，并考虑更换密钥。", "Run chmod 600 on it, and consider a new key.")
    case .exists:
      ("密钥文件 \(path) 已存在，不予覆盖。", "The key file \(path) exists and is not overwritten.", "请换一个目录。", "Choose another folder.")
    case .io:
      ("密钥文件 \(path) 无法读写\(cause.map { "：\($0)" } ?? "")。", "The key file \(path) cannot be read or written\(cause.map { ": \($0)" } ?? "").", "请检查权限和磁盘空间。", "Check permissions and free space.")
    case .unsupported:
      ("系统的 libcrypto 不支持此密钥。", "The system's libcrypto does not support this key.", "请安装 OpenSSL 3（libssl3）。", "Install OpenSSL 3 (libssl3).")
    }
  }
}
