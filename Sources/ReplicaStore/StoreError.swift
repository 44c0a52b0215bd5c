public import Casebook
public import Casework
import GRDB

/// What a replica's database can do wrong, with its remedy. Equality looks at the code alone.
public struct StoreError: Error, Sendable, Hashable {
  public enum Code: String, Sendable, Hashable, CaseIterable {
    case missing = "database-missing"
    /// Shorter than it says, or empty.
    case truncated = "database-truncated"
    case corrupt = "database-corrupt"
    case tooNew = "database-too-new"
    case diskFull = "disk-full"
    case readOnly = "database-read-only"
    case busy = "database-busy"
    case io = "database-io"
  }

  public let code: Code
  /// What SQLite said.
  public let cause: String?
  /// Offset in an entry from which on it cannot be read.
  public let byte: Int?

  public init(_ code: Code, cause: String? = nil, byte: Int? = nil) {
    self.code = code
    self.cause = cause
    self.byte = byte
  }

  public static func == (lhs: StoreError, rhs: StoreError) -> Bool { lhs.code == rhs.code }
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }

  public var message: Bilingual {
    let zh = cause.map { "（\($0)）" } ?? ""
    let en = cause.map { " (\($0))" } ?? ""
    return switch code {
    case .missing: Bilingual(zh: "数据库不存在\(zh)。", en: "The database does not exist\(en).")
    case .truncated: Bilingual(zh: "数据库被截断或为空\(zh)。", en: "The database is truncated or empty\(en).")
    case .corrupt: Bilingual(zh: "数据库损坏\(zh)。", en: "The database is damaged\(en).")
    case .tooNew:
      Bilingual(zh: "数据库由更新版本的案联建立\(zh)。", en: "The database was made by a later release\(en).")
    case .diskFull: Bilingual(zh: "磁盘已满，本次登记没有保存\(zh)。", en: "The disk is full; this was not stored\(en).")
    case .readOnly: Bilingual(zh: "数据库只读\(zh)。", en: "The database is read-only\(en).")
    case .busy: Bilingual(zh: "数据库正被占用\(zh)。", en: "The database is in use\(en).")
    case .io: Bilingual(zh: "读写数据库出错\(zh)。", en: "Reading or writing the database failed\(en).")
    }
  }

  public var remedy: Bilingual {
    switch code {
    case .corrupt:
      Bilingual(
        zh: "请勿删除任何文件；先执行 docket doctor --rebuild 由日志重建，不行时从备份恢复，或请上级重新邀请后从上级取回记录。",
        en: "Delete nothing; try docket doctor --rebuild, else restore a backup, or be invited anew and fetch the entries back from the superior.")
    case .missing, .truncated:
      Bilingual(
        zh: "请勿删除任何文件；从备份恢复，或请上级重新邀请后从上级取回记录。",
        en: "Delete nothing; restore a backup, or be invited anew and fetch the entries back from the superior.")
    case .tooNew: Bilingual(zh: "请升级本机的案联。", en: "Upgrade Docket on this machine.")
    case .diskFull:
      Bilingual(zh: "请腾出空间后重试；此前已确认的登记都在。", en: "Make room and try again; all that was acknowledged is there.")
    case .readOnly, .io: Bilingual(zh: "请检查磁盘和目录权限。", en: "Check the disk and the folder's permissions.")
    case .busy: Bilingual(zh: "请稍后重试。", en: "Try again in a moment.")
    }
  }

  static func mapped(_ error: any Error) -> any Error {
    guard let error = error as? DatabaseError else { return error }
    let cause = error.message
    // The shared-memory file beside the log cannot grow: there is no room for it.
    if error.extendedResultCode == .SQLITE_IOERR_SHMSIZE { return StoreError(.diskFull, cause: cause) }
    return switch error.resultCode {
    case .SQLITE_FULL: StoreError(.diskFull, cause: cause)
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: StoreError(.corrupt, cause: cause)
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN: StoreError(.readOnly, cause: cause)
    case .SQLITE_BUSY, .SQLITE_LOCKED: StoreError(.busy, cause: cause)
    default: StoreError(.io, cause: "\(error.extendedResultCode.rawValue) \(cause ?? "")")
    }
  }
}

extension StoreError: StorageFailure {
  public var damage: StoredDamage? { code == .corrupt ? StoredDamage(cause: cause ?? code.rawValue, byte: byte) : nil }
}
