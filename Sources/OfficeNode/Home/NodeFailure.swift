import Casebook
import Casework

/// The node's own failures, each with its remedy and exit code.
enum NodeFailure {
  static func noOffice(_ home: Home) -> DeskFailure {
    DeskFailure(
      kind: .io, code: "no-office",
      message: Bilingual(zh: "目录 \(home.path) 中没有机构。", en: "There is no office at \(home.path)."),
      remedy: Bilingual(
        zh: "用 --home 或 DOCKET_HOME 指定目录；新设机构用 docket init 或 docket join。",
        en: "Name the folder with --home or DOCKET_HOME; set a new office up with docket init or docket join."))
  }

  static func occupied(_ home: Home) -> DeskFailure {
    DeskFailure(
      kind: .refused, code: "occupied",
      message: Bilingual(zh: "目录 \(home.path) 中已有机构。", en: "There is an office at \(home.path) already."),
      remedy: Bilingual(zh: "请换一个空目录。", en: "Choose an empty folder."))
  }

  static func folder(_ path: String, _ cause: any Error) -> DeskFailure {
    DeskFailure(
      kind: .io, code: "folder",
      message: Bilingual(zh: "无法读写目录 \(path)：\(cause)", en: "Cannot read or write \(path): \(cause)"),
      remedy: Bilingual(zh: "请检查目录权限和磁盘空间。", en: "Check permissions and free space."))
  }

  static func settingsDamaged(_ home: Home, _ cause: any Error) -> DeskFailure {
    DeskFailure(
      kind: .integrity, code: "settings-damaged",
      message: Bilingual(zh: "机构设置文件 \(home.settings) 损坏。", en: "The settings file \(home.settings) is damaged."),
      remedy: Bilingual(zh: "请从备份恢复该文件；数据库未受影响。", en: "Restore that file; the database is untouched."))
  }

  /// More long questions are waiting than are answered in any useful time.
  static let deskBusy = DeskFailure(
    kind: .io, code: "desk-busy",
    message: Bilingual(
      zh: "节点正忙：已有 \(DeskReaders.waitingMax) 项查询在等待。",
      en: "The node is busy: \(DeskReaders.waitingMax) questions are waiting already."),
    remedy: Bilingual(zh: "请稍后重试；办理和同步不受影响。", en: "Try again in a moment; work and sync go on meanwhile."))

  static func busy(_ home: Home) -> DeskFailure {
    DeskFailure(
      kind: .io, code: "home-in-use",
      message: Bilingual(
        zh: "另一个 docket 进程正在使用 \(home.path)。", en: "Another docket process is using \(home.path)."),
      remedy: Bilingual(
        zh: "请等它结束，或停止该进程后再试；数据没有改动。", en: "Wait for it to end or stop it; nothing was changed."))
  }

  static let restored = DeskFailure(
    kind: .integrity, code: "restored-database",
    message: Bilingual(
      zh: "数据库比本机记载的旧，或者目录被移动、复制过（由备份恢复、更换磁盘等），直接登记可能与已发出的记录冲突。",
      en: "The database is older than this machine remembers, or the home was moved (a restored backup, a copy); writing on could fork the log."),
    remedy: Bilingual(
      zh: "请先执行 docket sync 与上级核对（不联网时应用上级用 docket bundle create --whole 生成的全部文件；根机构应用各下级这样生成的文件）；联系不上上级、且确认没有另一份数据在使用时，执行 docket adopt。",
      en: "Run docket sync first (without a network, apply every file of the superior's docket bundle create --whole; the root applies those of its subordinates); with no superior in reach, and no other copy in use, run docket adopt."))

  static let revokedHere = DeskFailure(
    kind: .notPermitted, code: "revoked-here",
    message: Bilingual(
      zh: "本机构的密钥已被上级撤销，用它签发的授权书不生效。",
      en: "A superior has revoked this office's key: a charter signed with it does not count."),
    remedy: Bilingual(
      zh: "请上级用 docket invite 重新邀请本机构，换用新密钥后再邀请下级。",
      en: "Have the superior invite this office anew with docket invite; invite others with the new key."))

  static func noSuperior() -> DeskFailure {
    DeskFailure(
      kind: .usage, code: "no-superior",
      message: Bilingual(zh: "本机构没有上级，无处同步。", en: "This office has no superior to synchronise with."),
      remedy: Bilingual(zh: "由下级机构向本机构同步；请运行 docket serve。", en: "Subordinates call this office; run docket serve."))
  }

  static func badInvitation(_ zh: String, _ en: String) -> DeskFailure {
    DeskFailure(
      kind: .notPermitted, code: "invitation",
      message: Bilingual(zh: zh, en: en),
      remedy: Bilingual(
        zh: "请让上级机构用 docket invite 重新签发邀请码。", en: "Ask the superior for a new one: docket invite."))
  }
}
