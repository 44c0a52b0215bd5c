import Casebook
import Casework
import Glibc
import SignatureSuites

/// What can be wrong with a backup, with the remedy.
enum BackupProblem {
  private static let another = Bilingual(
    zh: "请改用另一份备份（docket backup list 列出）；没有写入任何内容。",
    en: "Use another backup (docket backup list); nothing was written.")

  static func notABackup(_ path: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "no-backup",
      message: Bilingual(zh: "\(path) 不是案联备份。", en: "\(path) is no backup of Docket."),
      remedy: Bilingual(
        zh: "请核对文件；备份由 docket backup create 生成。", en: "Check the file; docket backup create makes them."))
  }

  static func version(_ version: UInt64, _ path: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "backup-version",
      message: Bilingual(
        zh: "\(path) 是第 \(version) 版备份格式，本机程序只能读第 \(BackupLimits.formatVersion) 版。",
        en: "\(path) is a backup of format \(version); this program reads format \(BackupLimits.formatVersion)."),
      remedy: Bilingual(
        zh: "请升级本机的案联后再试；没有写入任何内容。", en: "Upgrade Docket on this machine and try again; nothing was written."))
  }

  static func cut(_ path: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "backup-cut",
      message: Bilingual(zh: "\(path) 不完整：文件在结尾之前中断。", en: "\(path) is cut short: it ends before its end."),
      remedy: Bilingual(
        zh: "请重新复制该文件，或改用另一份备份（docket backup list 列出）；没有写入任何内容。",
        en: "Copy the file again or use another backup (docket backup list); nothing was written."))
  }

  static func altered(_ path: String) -> DeskFailure {
    DeskFailure(
      kind: .integrity, code: "backup-altered",
      message: Bilingual(
        zh: "\(path) 的内容与备份时不同（被改动或介质损坏），没有采用。",
        en: "\(path) is not what was written (altered, or a damaged medium); it was not used."), remedy: another)
  }

  static func passphrase(_ path: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "backup-passphrase",
      message: Bilingual(
        zh: "口令不正确，或者 \(path) 的开头已损坏。", en: "The passphrase is wrong, or the beginning of \(path) is damaged."),
      remedy: Bilingual(
        zh: "请核对口令后重试；确信口令无误的，请改用另一份备份。没有写入任何内容。",
        en: "Try the passphrase again; if it is surely right, use another backup. Nothing was written."))
  }

  static func passphraseMissing(_ path: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "backup-passphrase-missing",
      message: Bilingual(zh: "\(path) 有口令保护。", en: "\(path) is under a passphrase."),
      remedy: Bilingual(
        zh: "请用 --passphrase-file 指定口令文件，或在终端中执行后输入。",
        en: "Name a file that holds it with --passphrase-file, or run the command on a terminal and type it."))
  }

  static func noKey(cost: Int) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "backup-passphrase",
      message: Bilingual(
        zh: "无法由口令导出密钥：口令为空、超过 \(PassphraseKey.passphraseBytesMax) 字节，或可用内存不足 \(1 << max(0, cost - 10)) MiB。",
        en: "No key can be derived: the passphrase is empty or longer than \(PassphraseKey.passphraseBytesMax) bytes, or \(1 << max(0, cost - 10)) MiB of memory are not free."),
      remedy: Bilingual(zh: "请设置合适的口令，或腾出内存后重试。", en: "Choose another passphrase, or free some memory and try again."))
  }

  static func unwritable(_ path: String, _ cause: DurableFile.Failure) -> DeskFailure {
    let isFull = cause.code == ENOSPC || cause.code == EDQUOT
    return DeskFailure(
      kind: .io, code: isFull ? "disk-full" : "backup-file",
      message: Bilingual(zh: "无法写入 \(path)：\(cause)", en: "Cannot write \(path): \(cause)"),
      remedy: isFull
        ? Bilingual(
          zh: "请腾出空间或换一个介质；没有留下不完整的文件，原有备份都在。",
          en: "Make room or take another medium; no half file was left behind, earlier backups are untouched.")
        : Bilingual(
          zh: "请检查目录和介质能否写入；没有留下不完整的文件。",
          en: "Check that the folder and the medium can be written to; no half file was left behind."))
  }

  static func noRoom(_ path: String, needed: UInt64, free: UInt64) -> DeskFailure {
    let (neededMiB, freeMiB) = ((needed >> 20) + 1, free >> 20)
    return DeskFailure(
      kind: .io, code: "disk-full",
      message: Bilingual(
        zh: "\(path) 所在磁盘需要 \(neededMiB) MiB，只剩 \(freeMiB) MiB，没有开始。",
        en: "The disk of \(path) needs \(neededMiB) MiB and has \(freeMiB) MiB left; nothing was begun."),
      remedy: Bilingual(
        zh: "请腾出空间或换一个目录；登记照常进行。", en: "Make room or name another folder; work goes on as usual."))
  }

  static func damagedSource(_ problem: String) -> DeskFailure {
    DeskFailure(
      kind: .integrity, code: "database",
      message: Bilingual(
        zh: "数据库有损坏，没有生成备份：\(problem)", en: "The database is damaged, and no backup was made of it: \(problem)"),
      remedy: Bilingual(
        zh: "请保留原有备份；先执行 docket doctor，按提示处理。", en: "Keep the earlier backups; run docket doctor and do as it says."))
  }

  /// The copy in the file is not sound although every byte is as it was written.
  static func unsound(_ path: String, _ problem: String) -> DeskFailure {
    DeskFailure(
      kind: .integrity, code: "backup-unsound",
      message: Bilingual(
        zh: "\(path) 中的内容自相矛盾，不能使用：\(problem)", en: "What is in \(path) does not fit together: \(problem)"), remedy: another)
  }

  static let running = DeskFailure(
    kind: .io, code: "backup-running",
    message: Bilingual(zh: "本节点正在进行另一次备份。", en: "This node is making another backup."),
    remedy: Bilingual(zh: "请等它结束后再试。", en: "Wait for it to end and try again."))

  static func keep(_ count: Int) -> DeskFailure {
    DeskFailure(
      kind: .usage, code: "backup-keep",
      message: Bilingual(
        zh: "保留份数 \(count) 不可用：须不小于 1，且目标须为目录。", en: "--keep \(count) does not fit: 1 at least, and the target a folder."),
      remedy: Bilingual(zh: "例如 docket backup create /备份目录 --keep 14。", en: "For example docket backup create /backups --keep 14."))
  }

  static func homeOccupied(_ path: String, isOffice: Bool) -> DeskFailure {
    DeskFailure(
      kind: .refused, code: "occupied",
      message: isOffice
        ? Bilingual(zh: "目录 \(path) 中已有机构，没有改动。", en: "There is an office at \(path) already; it was not touched.")
        : Bilingual(
          zh: "目录 \(path) 不为空，也不是机构目录，没有改动。",
          en: "The folder \(path) is not empty and holds no office; it was not touched."),
      remedy: isOffice
        ? Bilingual(
          zh: "请换一个目录；确需替换的，停止该节点后加 --replace，原目录改名保留。",
          en: "Choose another folder; to take its place stop the node and add --replace, which keeps the old folder under another name.")
        : Bilingual(zh: "请换一个空目录或新目录。", en: "Choose an empty or a new folder."))
  }

  static func homeUnmovable(_ path: String, _ cause: DurableFile.Failure) -> DeskFailure {
    DeskFailure(
      kind: .io, code: "folder",
      message: Bilingual(zh: "无法在 \(path) 就位：\(cause)", en: "Cannot put the home at \(path): \(cause)"),
      remedy: Bilingual(
        zh: "请检查上级目录的权限；\(path) 是挂载点的，请恢复到其下的子目录。原有内容没有改动。",
        en: "Check the permissions of the folder above; where \(path) is a mount point, restore into a folder below it. What was there is untouched."))
  }
}
