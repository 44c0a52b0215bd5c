import Casebook
import Casework
import Glibc
import Replication

/// What can go wrong with an attachment, with the remedy.
enum AttachmentProblem {
  static func tooLarge(_ path: String, _ length: Int, _ policy: BlobPolicy) -> DeskFailure {
    let most = policy.bytesMax
    let isAtMost = most == BlobLimits.bytesMax
    // A byte too many would read as none.
    let isClose = size(length) == size(most)
    let (given, allowed) = isClose ? ("\(length) B", "\(most) B") : (size(length), size(most))
    return DeskFailure(
      kind: .badInput, code: "attachment-too-large",
      message: Bilingual(
        zh: "\(path) 有 \(given)，超过单个附件的上限 \(allowed)。",
        en: "\(path) has \(given); one attachment may have \(allowed)."),
      remedy: isAtMost
        ? Bilingual(zh: "请分割或压缩后再添加；没有保存任何内容。", en: "Split or compress it; nothing was stored.")
        : Bilingual(
          zh: "请分割或压缩后再添加，或由管理员用 docket attach limits --largest 提高上限；没有保存任何内容。",
          en: "Split or compress it, or have the administrator raise the limit: docket attach limits --largest. Nothing was stored."))
  }

  static func quota(_ path: String, _ length: Int, used: Int, _ policy: BlobPolicy) -> DeskFailure {
    DeskFailure(
      kind: .refused, code: "attachment-quota",
      message: Bilingual(
        zh: "\(path) 有 \(size(length))；本机附件已用 \(size(used))，配额 \(size(policy.quota))，放不下。",
        en: "\(path) has \(size(length)); attachments here take \(size(used)) of a quota of \(size(policy.quota)), so it does not fit."),
      remedy: Bilingual(
        zh: "请由管理员用 docket attach limits --quota 提高配额（先看磁盘余量：docket doctor）；没有保存任何内容。",
        en: "Have the administrator raise it: docket attach limits --quota (docket doctor shows the free space). Nothing was stored."))
  }

  static func changed(_ path: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "attachment-changed",
      message: Bilingual(zh: "\(path) 在读取时被改动。", en: "\(path) changed while it was read."),
      remedy: Bilingual(
        zh: "请等写入它的程序（录音、扫描、下载）结束后再添加；没有保存任何内容。",
        en: "Wait until what writes it (a recorder, a scanner, a download) is done and add it again; nothing was stored."))
  }

  /// The store could not be written.
  static func unstored(_ path: String, _ length: Int, _ cause: DurableFile.Failure, at folder: String) -> DeskFailure {
    guard cause.code == ENOSPC || cause.code == EDQUOT else { return NodeFailure.folder(folder, cause) }
    let free = RawFile.freeBytes(at: folder).map { size(Int($0)) } ?? "?"
    return DeskFailure(
      kind: .io, code: "disk-full",
      message: Bilingual(
        zh: "\(path) 有 \(size(length))，\(folder) 所在磁盘只剩 \(free)，没有保存。",
        en: "\(path) has \(size(length)) and the disk of \(folder) \(free) left; it was not stored."),
      remedy: Bilingual(zh: "请腾出空间后再添加；没有留下不完整的内容。", en: "Make room and add it again; no part of it is left."))
  }

  static func unwritten(_ path: String, _ cause: DurableFile.Failure) -> DeskFailure {
    let isFull = cause.code == ENOSPC || cause.code == EDQUOT
    return DeskFailure(
      kind: .io, code: isFull ? "disk-full" : "file",
      message: Bilingual(zh: "无法写入 \(path)：\(cause)", en: "Cannot write \(path): \(cause)"),
      remedy: isFull
        ? Bilingual(zh: "请腾出空间或换一个位置；没有留下不完整的文件。", en: "Make room or choose another place; no part of a file is left.")
        : Bilingual(zh: "请检查目录和介质能否写入。", en: "Check that the folder and the medium can be written to."))
  }

  static func altered(_ blob: BlobID) -> DeskFailure {
    DeskFailure(
      kind: .integrity, code: "attachment-altered",
      message: Bilingual(
        zh: "附件内容 \(blob) 与其哈希不符（介质损坏或被改动），没有采用。",
        en: "The content \(blob) is not what its hash says (a damaged medium, or altered); it was not used."),
      remedy: Bilingual(
        zh: "请用原文件再次执行 docket attach add：相同内容会替换损坏的内容。",
        en: "Add the original file again with docket attach add: the same content takes the damaged one's place."))
  }

  static func contentUnreadable(_ blob: BlobID, _ cause: any Error) -> DeskFailure {
    DeskFailure(
      kind: .io, code: "attachment-file",
      message: Bilingual(zh: "无法读取附件内容 \(blob)：\(cause)", en: "Cannot read the content \(blob): \(cause)"),
      remedy: Bilingual(zh: "请检查目录 blobs 的权限和磁盘。", en: "Check the permissions of the folder blobs, and the disk."))
  }

  /// The record is here, the content is not; it was asked for.
  static func absent(_ view: AttachmentView) -> DeskFailure {
    let office = view.office ?? "?"
    return DeskFailure(
      kind: .unreachable, code: "attachment-absent",
      message: Bilingual(
        zh: "附件“\(view.name)”的内容（\(size(view.length))）不全在本机，已有 \(size(view.held))；已登记取回。",
        en: "Of “\(view.name)” (\(size(view.length))) only \(size(view.held)) are here; the rest is asked for."),
      remedy: Bilingual(
        zh: "内容由 \(office) 添加，下次同步时取回（docket sync），之后再执行一次；登记本身完整，案件照常办理。",
        en: "\(office) added it; it comes with the next synchronisation (docket sync), then run this again. The record is complete and work on the file goes on."))
  }

  /// It is not asked for, because it would not be taken.
  static func unwanted(_ view: AttachmentView, _ refusal: BlobProgress.Refusal, used: Int, _ policy: BlobPolicy) -> DeskFailure {
    let limit = refusal == .tooLarge ? size(policy.bytesMax) : size(policy.quota)
    return DeskFailure(
      kind: .refused, code: "attachment-quota",
      message: refusal == .tooLarge
        ? Bilingual(
          zh: "附件“\(view.name)”有 \(size(view.length))，超过本机单个附件的上限 \(limit)。",
          en: "“\(view.name)” has \(size(view.length)); one attachment may have \(limit) here.")
        : Bilingual(
          zh: "附件“\(view.name)”有 \(size(view.length))；本机附件已用 \(size(used))，配额 \(limit)，放不下。",
          en: "“\(view.name)” has \(size(view.length)); attachments here take \(size(used)) of a quota of \(limit), so it does not fit."),
      remedy: Bilingual(
        zh: "请由管理员用 docket attach limits 提高限额（先看磁盘余量：docket doctor）；没有登记取回。",
        en: "Have the administrator raise the limits: docket attach limits (docket doctor shows the free space). It was not asked for."))
  }

  static func limits(_ draft: AttachmentLimitsDraft) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "attachment-limits",
      message: Bilingual(zh: "附件限额不成立。", en: "These limits do not hold."),
      remedy: Bilingual(
        zh: "单个附件 1 字节至 \(size(BlobLimits.bytesMax))，配额不小于单个附件的上限，自动取回的大小不小于 0。",
        en: "One attachment: 1 byte to \(size(BlobLimits.bytesMax)); the quota at least as much; fetched by itself: 0 or more."))
  }

  /// For people: `7 B`, `340 KiB`, `12 MiB`, `20 GiB`.
  static func size(_ bytes: Int) -> String {
    switch bytes {
    case ..<10_240: "\(bytes) B"
    case ..<(10 << 20): "\(bytes >> 10) KiB"
    case ..<(10 << 30): "\(bytes >> 20) MiB"
    default: "\(bytes >> 30) GiB"
    }
  }
}
