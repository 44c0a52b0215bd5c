import Casebook
import Casework
import Replication

/// What can be wrong with a bundle, with the remedy.
enum BundleProblem {
  static func unreadable(_ path: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "file",
      message: Bilingual(zh: "无法读取文件 \(path)。", en: "Cannot read the file \(path)."),
      remedy: Bilingual(
        zh: "请核对文件名、权限，以及存储介质是否完好。", en: "Check its name and permissions, and whether the medium is sound."))
  }

  static func tooLarge(_ path: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "bundle-too-large",
      message: Bilingual(zh: "\(path) 大于交换包单个文件的上限。", en: "\(path) is larger than a part of a bundle may be."),
      remedy: Bilingual(
        zh: "请核对是否选错文件；交换包由 docket bundle create 生成。",
        en: "Check that it is the right file; docket bundle create makes them."))
  }

  static func unwritable(_ path: String, _ cause: any Error, isFull: Bool) -> DeskFailure {
    DeskFailure(
      kind: .io, code: isFull ? "disk-full" : "bundle-file",
      message: Bilingual(zh: "无法写入 \(path)：\(cause)", en: "Cannot write \(path): \(cause)"),
      remedy: isFull
        ? Bilingual(
          zh: "请腾出空间，或用 --size 分成几个文件存到几个介质；没有留下不完整的文件。",
          en: "Make room, or split it over several media with --size; no half file was left behind.")
        : Bilingual(zh: "请检查目录和介质能否写入。", en: "Check that the folder and the medium can be written to."))
  }

  static func exists(_ path: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "file-exists",
      message: Bilingual(zh: "\(path) 已存在，没有覆盖。", en: "\(path) exists and was not written over."),
      remedy: Bilingual(zh: "请换一个文件名，或指定目录由程序命名。", en: "Choose another name, or name a folder."))
  }

  static func unknownOffice(_ office: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "unknown-office",
      message: Bilingual(zh: "没有其他机构“\(office)”。", en: "There is no other office “\(office)”."),
      remedy: Bilingual(
        zh: "用 docket office list 查看；同级机构请加 --whole：只装入根机构发给全体机构的内容，供双方核对是否一致。",
        en: "See docket office list. For an office beside, add --whole: it gets what the root says to all, so that the two can compare."))
  }

  static func notADay(_ day: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "date",
      message: Bilingual(zh: "“\(day)”不是日期。", en: "“\(day)” is no date."),
      remedy: Bilingual(zh: "写作 YYYY-MM-DD。", en: "Write YYYY-MM-DD."))
  }

  static func size(_ bytes: Int) -> DeskFailure {
    let (least, most) = (BundleLimits.partBytesMin >> 10, BundleLimits.partBytesMax >> 20)
    return DeskFailure(
      kind: .badInput, code: "size",
      message: Bilingual(zh: "每个文件 \(bytes) 字节不在允许范围内。", en: "\(bytes) bytes a file is out of range."),
      remedy: Bilingual(zh: "可用 \(least)K 至 \(most)M。", en: "Between \(least)K and \(most)M."))
  }

  static func of(_ failure: BundleFailure, _ path: String) -> DeskFailure {
    switch failure {
    case .notABundle:
      DeskFailure(
        kind: .badInput, code: "no-bundle",
        message: Bilingual(zh: "\(path) 不是案联交换包。", en: "\(path) is no bundle."),
        remedy: Bilingual(
          zh: "请选择由 docket bundle create 生成的 .docket 文件。",
          en: "Choose a .docket file that docket bundle create made."))
    case .version(let version):
      DeskFailure(
        kind: .protocolViolated, code: "bundle-version",
        message: Bilingual(
          zh: "\(path) 的格式版本是 \(version)，本机只能读取版本 \(BundleLimits.formatVersion)。",
          en: "\(path) has format version \(version); this program reads version \(BundleLimits.formatVersion)."),
        remedy: version > BundleLimits.formatVersion
          ? Bilingual(zh: "请先升级本机的案联，再应用此文件。", en: "Upgrade Docket on this machine, then apply it again.")
          : Bilingual(
            zh: "请对方升级案联后重新生成交换包。", en: "Have the other office upgrade Docket and make the bundle again."))
    case .head:
      DeskFailure(
        kind: .badInput, code: "bundle-cut",
        message: Bilingual(
          zh: "\(path) 的开头不完整或已损坏，没有可用内容。", en: "The head of \(path) is cut or damaged; nothing of it can be used."),
        remedy: again)
    }
  }

  static func addressee(_ head: BundleHead, here: OfficeCode, _ path: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "bundle-addressee",
      message: Bilingual(
        zh: "\(path) 是 \(head.from) 给 \(head.to) 的交换包，本机构是 \(here)。",
        en: "\(path) is a bundle from \(head.from) for \(head.to); this office is \(here)."),
      remedy: Bilingual(
        zh: "请把它送到 \(head.to)，或请 \(head.from) 为 \(here) 另行生成。",
        en: "Take it to \(head.to), or have \(head.from) make one for \(here)."))
  }

  static func foreign(_ path: String) -> DeskFailure {
    DeskFailure(
      kind: .integrity, code: "bundle-foreign",
      message: Bilingual(
        zh: "\(path) 来自另一套机构体系：其根机构的密钥不是本机构信任的那一个。",
        en: "\(path) comes from another tree of offices: its root's key is not the one this office trusts."),
      remedy: Bilingual(
        zh: "没有采用任何内容。请确认介质来源；若确为本系统，双方用 docket office list 核对根机构指纹。",
        en: "Nothing of it was used. Check where the medium came from; if it is ours, compare the root's fingerprint (docket office list)."))
  }

  static func altered(_ path: String) -> DeskFailure {
    DeskFailure(
      kind: .integrity, code: "bundle-altered",
      message: Bilingual(
        zh: "\(path) 的内容与生成时不同（被改动或介质损坏），没有采用。",
        en: "\(path) is not what was written (altered, or a damaged medium); nothing of it was used."), remedy: again)
  }

  static func cut(_ path: String, items: Int) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "bundle-cut",
      message: Bilingual(
        zh: "\(path) 不完整：文件在结尾之前中断。中断之前的 \(items) 段已处理，其余没有收到。",
        en: "\(path) is cut short: the \(items) runs before the cut were taken in, the rest did not arrive."), remedy: again)
  }

  static func full(_ path: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "bundle-waiting-full",
      message: Bilingual(
        zh: "\(path) 的前序内容尚未到达，暂存已满，部分内容没有保存。",
        en: "What comes before \(path) has not arrived and no more can wait: part of it was not kept."),
      remedy: Bilingual(
        zh: "请先应用序号在前的文件，再应用此文件一次。", en: "Apply the earlier parts first, then this file once more."))
  }

  static func refused(_ failure: Admission.Failure, _ path: String) -> DeskFailure {
    let (code, text) = SyncFailure.words(failure)
    return DeskFailure(
      kind: .integrity, code: "\(code)",
      message: Bilingual(
        zh: "\(path) 中有不可信的记录，未采用（其余已采用）：\(text)",
        en: "\(path) holds entries that cannot be trusted; they were not used, the others were: \(text)"),
      remedy: Bilingual(
        zh: "请保留此文件；双方各用 docket verify 检查，指出第一处不符。",
        en: "Keep the file; run docket verify on both sides, it points at the first wrong place."))
  }

  private static let again = Bilingual(
    zh: "请对方重新复制或重新生成此文件；已采用的内容不会重复，没有丢失任何登记。",
    en: "Have it copied or made again; what was taken in is not taken twice, and nothing was lost.")
}
