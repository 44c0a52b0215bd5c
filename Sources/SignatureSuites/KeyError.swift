/// What can be wrong with a key or its file, in words for the person who holds it.
public struct KeyError: Error, Sendable, Hashable {
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// There is no such file.
    case missing = "key-missing"
    /// Not PEM, not PKCS#8, or numbers that do not fit together.
    case damaged = "key-damaged"
    /// The file is under a passphrase, and it is not the one given, or none was given.
    case passphrase = "key-passphrase"
    /// An empty passphrase was to be set: it would look like protection and be none.
    case passphraseEmpty = "key-passphrase-empty"
    /// Open to others than the file's owner.
    case permissions = "key-permissions"
    /// A file is there already.
    case exists = "key-exists"
    /// The file system refused; `cause` has its words.
    case io = "key-io"
    /// A sound private key of another algorithm, or another thing in PEM.
    case kind = "key-kind"
    /// libcrypto cannot do what the suite needs.
    case unsupported = "key-unsupported"
  }

  public let code: Code
  /// Empty where no file is concerned.
  public let path: String
  /// The operating system's reason, in its language.
  public let cause: String?

  public init(_ code: Code, path: String = "", cause: String? = nil) {
    self.code = code
    self.path = path
    self.cause = cause
  }

  public var zh: String {
    switch code {
    case .missing: "密钥文件 \(path) 不存在。"
    case .damaged: "密钥文件 \(path) 已损坏，无法使用。"
    case .passphrase: "口令不正确或未提供，密钥文件 \(path) 未能打开。"
    case .passphraseEmpty: "为密钥文件 \(path) 设置的口令为空。"
    case .permissions: "密钥文件 \(path) 的权限过宽，本机其他用户可以接触，已拒绝使用。"
    case .exists: "密钥文件 \(path) 已存在，不予覆盖。"
    case .io: "密钥文件 \(path) 无法读写\(cause.map { "：\($0)" } ?? "")。"
    case .kind: "文件 \(path) 中不是 Ed25519 或 SM2 私钥。"
    case .unsupported: "本机的 libcrypto 不支持所需的密码算法。"
    }
  }

  public var en: String {
    switch code {
    case .missing: "There is no key file \(path)."
    case .damaged: "The key file \(path) is damaged and cannot be used."
    case .passphrase: "The passphrase is wrong or was not given; the key file \(path) was not opened."
    case .passphraseEmpty: "The passphrase to be set for the key file \(path) is empty."
    case .permissions: "The key file \(path) is open to other users of this machine; it is not used."
    case .exists: "The key file \(path) exists and is not overwritten."
    case .io: "The key file \(path) cannot be read or written\(cause.map { ": \($0)" } ?? "")."
    case .kind: "The file \(path) does not hold an Ed25519 or SM2 private key."
    case .unsupported: "This machine's libcrypto lacks an algorithm that is needed."
    }
  }

  /// What to do about it.
  public var remedyZh: String {
    switch code {
    case .missing: "请从备份恢复密钥；密钥确已丢失的，请上级机构重新邀请。"
    case .damaged: "请从备份恢复密钥文件。"
    case .passphrase: "请重新输入口令；确信口令无误的，文件可能已损坏，请从备份恢复。"
    case .passphraseEmpty: "请设置非空口令；不设口令的，不要使用口令选项。"
    case .permissions: "请将文件权限改为 600（chmod 600）；密钥可能已被他人取得的，请更换密钥。"
    case .exists: "请换一个目录。"
    case .io: "请检查目录权限和磁盘空间后重试。"
    case .kind: "请核对文件路径。"
    case .unsupported: "请安装 OpenSSL 3（libssl3），并确认其配置未停用 SM2 和 SM3。"
    }
  }

  public var remedyEn: String {
    switch code {
    case .missing: "Restore it from a backup; if it is lost, have the superior office invite you anew."
    case .damaged: "Restore the key file from a backup."
    case .passphrase: "Enter it again; if it is surely right, the file may be damaged: restore it from a backup."
    case .passphraseEmpty: "Choose a passphrase, or ask for none."
    case .permissions: "Run chmod 600 on it; if others may have taken the key, rotate it."
    case .exists: "Choose another folder."
    case .io: "Check the folder's permissions and the free space, then try again."
    case .kind: "Check the path."
    case .unsupported: "Install OpenSSL 3 (libssl3) and see that its configuration leaves SM2 and SM3 on."
    }
  }
}
