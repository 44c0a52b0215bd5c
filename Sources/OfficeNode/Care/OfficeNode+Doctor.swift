import Casebook
import Casework
import Foundation
import PeerTransport
import ReplicaStore
import Replication

extension OfficeNode {
  /// Below this the next import, backup or rebuild may find no room.
  static let freeBytesMin = 512 * 1024 * 1024

  /// Looks this office's node over (`docket doctor`), and makes the projection again when asked to.
  func examine(rebuild: Bool, progress: @Sendable (DeskProgress) -> Void) throws -> DoctorView {
    let rebuilt = rebuild ? try rebuildProjection(progress) : nil
    var checks: [DoctorCheck] = [try databaseCheck()]
    let memory = try settings.superior.flatMap { superior in
      try StoreFailures.mapped { try store.read { try self.memory(of: superior, in: $0) } }
    }
    checks.append(highWaterCheck())
    checks.append(try StoreFailures.mapped { try store.read { try clockCheck(memory, in: $0) } })
    checks.append(lockCheck())
    checks.append(diskCheck())
    checks.append(try attachmentsCheck())
    try StoreFailures.mapped {
      try store.read { storage in
        checks.append(heldCheck(try storage.heldChanges()))
        checks.append(try facesCheck(in: storage))
        checks.append(waitingCheck(try storage.parkedRuns(of: nil)))
        checks.append(try versionsCheck(in: storage))
      }
    }
    return DoctorView(checks: checks, rebuild: rebuilt)
  }

  /// The whole projection in one transaction: whoever reads sees the old one or the new one.
  private func rebuildProjection(_ progress: @Sendable (DeskProgress) -> Void) throws -> RebuildView {
    let before = context
    guard let suite = before.suites[.ed25519] else { throw OfficeTree.Failure.unknownSuite }
    let (view, after) = try StoreFailures.mapped {
      try store.transaction { storage in
        let total = try storage.heads().reduce(0) { $0 + Int($1.seq) }
        let old = try storage.projectedTables(using: suite)
        var projector = Projector(context: before)
        try projector.rebuild(in: storage) { done in
          progress(DeskProgress(work: Self.rebuilding, done: done, total: total, unit: .entries))
        }
        try SchemaUpgrade.noteCurrent(before.schema, in: storage)
        let new = try storage.projectedTables(using: suite)
        let tree = projector.context.tree
        let unseated = try storage.heads().filter { tree.office(of: $0.stream.author) == nil }
        let view = RebuildView(
          entries: total, tables: new.count,
          differing: zip(old, new).filter { $0 != $1 }.map { old, new in
            .init(name: new.name, rowsBefore: old.rows, rowsAfter: new.rows)
          }, unseated: unseated.reduce(0) { $0 + Int($1.seq) })
        return (view, projector.context)
      }
    }
    context = after
    return view
  }

  private static let rebuilding = Bilingual(zh: "由日志重建汇总", en: "rebuilding from the log")

  // MARK: Checks

  private func check(
    _ id: String, _ finding: DoctorCheck.Finding, _ zh: String, _ en: String, _ remedy: Bilingual? = nil
  ) -> DoctorCheck {
    DoctorCheck(id: id, finding: finding, message: Bilingual(zh: zh, en: en), remedy: remedy)
  }

  private func databaseCheck() throws -> DoctorCheck {
    let problems = try StoreFailures.mapped { try store.integrityProblems() }
    guard let first = problems.first else {
      return check("database", .good, "数据库结构完好。", "The database's structure is sound.")
    }
    return check(
      "database", .bad, "数据库结构有 \(problems.count) 处损坏：\(first)",
      "The database is damaged in \(problems.count) places: \(first)",
      Bilingual(
        zh: "请勿继续登记，保留现有文件；从备份恢复，或请上级重新邀请后取回记录。",
        en: "Work no further and keep the files; restore a backup, or be invited anew and fetch the entries back."))
  }

  private func highWaterCheck() -> DoctorCheck {
    guard mayNotWrite else {
      return check("high-water", .good, "本机构自己的日志完整。", "This office's own log is complete.")
    }
    let failure = NodeFailure.restored
    return DoctorCheck(id: "high-water", finding: .bad, message: failure.message, remedy: failure.remedy)
  }

  private func clockCheck(_ memory: PeerMemory?, in storage: any ReplicaStorage) throws -> DoctorCheck {
    let remedy = Bilingual(zh: "请校准本机时钟；已有登记不受影响。", en: "Set this machine's clock; what was recorded is unaffected.")
    if let warning = try clockWarning(in: storage) {
      return DoctorCheck(id: "clock", finding: .notice, message: warning, remedy: remedy)
    }
    if let offset = memory?.clockOffset, abs(offset) > Self.clockWarningMilliseconds {
      return DoctorCheck(id: "clock", finding: .notice, message: Self.offsetWarning(offset), remedy: remedy)
    }
    return check("clock", .good, "时钟与日志、与上级相符。", "The clock agrees with the log and the superior.")
  }

  private func lockCheck() -> DoctorCheck {
    if isServing { return check("lock", .good, "节点正在服务，独占本目录。", "The node is serving and holds the folder.") }
    guard FileManager.default.fileExists(atPath: home.socket) else {
      return check("lock", .good, "没有其他进程占用本目录。", "No other process holds the folder.")
    }
    return check(
      "lock", .notice, "上次服务未正常结束，留下了套接字文件。", "The last serving node ended abruptly and left its socket file.",
      Bilingual(zh: "无须处理；下次 docket serve 时自动清除。", en: "Nothing to do; the next docket serve removes it."))
  }

  private func diskCheck() -> DoctorCheck {
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: home.path)
    guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.int64Value else {
      return check("disk", .notice, "无法得知磁盘剩余空间。", "The free space cannot be told.")
    }
    let size = BundleFiles.size(home.database) ?? 0
    // A rebuild or a backup takes as much again.
    let needed = max(Self.freeBytesMin, size)
    let (freeMiB, sizeMiB) = (free >> 20, size >> 20)
    if free >= Int64(needed) {
      return check(
        "disk", .good, "剩余空间 \(freeMiB) MiB，数据库 \(sizeMiB) MiB。", "\(freeMiB) MiB free, database \(sizeMiB) MiB.")
    }
    return check(
      "disk", .notice, "剩余空间仅 \(freeMiB) MiB，数据库 \(sizeMiB) MiB。",
      "Only \(freeMiB) MiB free, database \(sizeMiB) MiB.",
      Bilingual(
        zh: "请腾出至少 \(needed >> 20) MiB，以便导入、备份和重建。", en: "Make at least \(needed >> 20) MiB free, for imports, backups and rebuilds."))
  }

  private func heldCheck(_ held: [HeldChange]) -> DoctorCheck {
    if held.isEmpty { return check("held", .good, "没有暂存未用的内容。", "Nothing is kept unused.") }
    let reasons = HeldChange.Reason.allCases.compactMap { reason in
      let count = held.count { $0.reason == reason }
      return count == 0 ? nil : "\(reason.rawValue) \(count)"
    }.joined(separator: ", ")
    let isWaitingForUpgrade = held.contains { $0.reason == .unknownKind }
    return check(
      "held", .notice, "有 \(held.count) 项内容已保存但尚未采用：\(reasons)。", "\(held.count) changes are kept but not used: \(reasons).",
      isWaitingForUpgrade
        ? Bilingual(zh: "用 docket quarantine 查看；升级本机的案联后，由新版本写入的内容即可采用。", en: "See docket quarantine; what a later version wrote is used after an upgrade.")
        : Bilingual(zh: "用 docket quarantine 查看原因。", en: "See docket quarantine for the reasons."))
  }

  /// What superiors receipted against what is held of the same streams.
  private func facesCheck(in storage: any ReplicaStorage) throws -> DoctorCheck {
    let found = try ContradictionLedger.firsts(in: storage)
    guard let first = found.first else {
      return check("faces", .good, "所存记录与上级回执一致。", "Receipts of superiors agree with what is held.")
    }
    let words = ContradictionWords(context: context)
    let text = words.text(first)
    return check(
      "faces", .notice, found.count == 1 ? text.zh : "有 \(found.count) 个日志流与上级回执相矛盾。\(text.zh)",
      found.count == 1 ? text.en : "\(found.count) streams contradict receipts of superiors. \(text.en)",
      words.remedy(first))
  }

  private func waitingCheck(_ runs: [ParkedRun]) -> DoctorCheck {
    if runs.isEmpty { return check("waiting", .good, "没有等待前序内容的交换包。", "No bundle waits for an earlier part.") }
    let entries = runs.reduce(UInt64(0)) { $0 + $1.last - $1.first + 1 }
    return check(
      "waiting", .notice, "交换包中有 \(entries) 条记录在等待前序内容。", "\(entries) entries of bundles wait for what comes before them.",
      Bilingual(
        zh: "请应用缺少的文件；找不到时请对方用 docket bundle create --whole 重新生成。",
        en: "Apply the missing parts; where they are lost, have the other office make one with docket bundle create --whole."))
  }

  private func versionsCheck(in storage: any ReplicaStorage) throws -> DoctorCheck {
    let records = try SchemaUpgrade.storedVersion(in: storage)
    return check(
      "versions", .good,
      "程序 \(Self.software)；登记项版本 \(context.schema.version)（数据库 \(records)）；同步协议 \(SessionLimits.protocolVersion)；交换包格式 \(BundleLimits.formatVersion)。",
      "Program \(Self.software); records \(context.schema.version) (database \(records)); sync protocol \(SessionLimits.protocolVersion); bundle format \(BundleLimits.formatVersion).")
  }
}
