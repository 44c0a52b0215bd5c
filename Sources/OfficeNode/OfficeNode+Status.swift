import Casebook
import Casework
import Foundation
import Logging
import ReplicaStore
import Replication
import SignatureSuites

extension OfficeNode {
  /// A clock this far from a peer's is worth a warning (field notes: recorded, never a reason to refuse).
  static let clockWarningMilliseconds: Int64 = 5 * 60_000
  /// A wall clock this far behind the newest own entry went back.
  static let clockBackMilliseconds: UInt64 = 24 * 3_600_000

  /// - Complexity: O(streams · log entries), and O(held changes): the log is not read.
  func status() throws -> StatusView {
    let context = context
    let today = CivilDate.fromUnixMilliseconds(effects.now()).description
    return try StoreFailures.mapped {
      try store.read { storage in
        let files = try storage.openFiles(of: context.office.text, dueBefore: today)
        let clerk = Clerk(context: context, signer: signer, now: effects.now(), makeID: effects.newID)
        guard case .conflicts(let conflicts) = try clerk.perform(.conflicts, in: storage) else {
          throw CancellationError()
        }
        let superior = settings.superior
        let memory = try superior.flatMap { try self.memory(of: $0, in: storage) }
        let spoken = context.tree.seat(context.office).flatMap { seat in
          context.suites[.ed25519].map { SpokenFingerprint.of(seat, root: context.tree.rootKey, using: $0) }
        }
        let outgoing = try self.outgoing(in: storage)
        let upward = outgoing.filter { $0.peer == superior }
        let own = upward.filter { $0.office == context.office.text }
        return StatusView(
          office: context.office.text, name: settings.name, superior: superior, fingerprint: spoken ?? "",
          streams: try storage.heads().count, entries: Int(try storage.entryCount()), openFiles: files.open,
          overdueFiles: files.overdue, heldChanges: try storage.heldChanges().count, conflicts: conflicts.count,
          lastContact: memory?.lastContact, unsent: own.reduce(0) { $0 + $1.entries },
          backlog: superior == nil ? nil : BacklogView(upward),
          oldest: WaitingView.oldest(outgoing + (try incoming(in: storage))),
          live: liveSessions.sorted(), serving: isServing, rotation: try rotation(in: storage),
          waiting: try waitingRuns(in: storage), charterUntil: context.tree.seat(context.office)?.charter.until,
          warnings: try warnings(memory, in: storage))
      }
    }
  }

  private func warnings(_ memory: PeerMemory?, in storage: any ReplicaStorage) throws -> [Bilingual] {
    var warnings: [Bilingual] = []
    if mayNotWrite { warnings.append(NodeFailure.restored.message) }
    if try BranchRecovery.hasTwin(context: context, in: storage) {
      warnings.append(
        Bilingual(
          zh: "另有一台机器正以本机构的密钥登记（复制的磁盘或目录）。双方的登记都在，没有丢失；请停用其中一台，并请上级更换密钥。",
          en: "Another machine signs with this office's keys (a copied disk or folder). The work of both is kept; stop one of them and have the superior change the key."))
    }
    warnings += try ContradictionWords(context: context).warnings(in: storage)
    if let warning = keyWarning() { warnings.append(warning) }
    warnings += termWarnings()
    if let clock = try clockWarning(in: storage) { warnings.append(clock) }
    if let offset = memory?.clockOffset, abs(offset) > Self.clockWarningMilliseconds {
      warnings.append(Self.offsetWarning(offset))
    }
    return warnings
  }

  /// A warning when this machine's clock went back behind its own newest entry, or stands before this program existed.
  func clockWarning(in storage: any ReplicaStorage) throws -> Bilingual? {
    let last = try storage.value("clock").map { $0.reduce(0) { $0 << 8 | UInt64($1) } } ?? 0
    let newest = HybridTimestamp(rawValue: last).milliseconds
    let now = effects.now()
    guard now + Self.clockBackMilliseconds < newest || now < 1_704_067_200_000 else { return nil }
    let days = newest > now ? (newest - now) / 86_400_000 : 0
    return Bilingual(
      zh: "本机时钟可能有误：比最近一次登记早 \(days) 天。登记照常保存，期限按所填日期计算；请校准时钟。",
      en: "This machine's clock seems wrong: \(days) days before the newest entry. Work is kept; please set the clock.")
  }

  static func offsetWarning(_ offset: Int64) -> Bilingual {
    let minutes = abs(offset) / 60_000
    return offset > 0
      ? Bilingual(
        zh: "本机时钟比对方慢 \(minutes) 分钟，请校准；登记不受影响。", en: "This clock is \(minutes) minutes behind the peer's; please set it.")
      : Bilingual(
        zh: "本机时钟比对方快 \(minutes) 分钟，请校准；登记不受影响。", en: "This clock is \(minutes) minutes ahead of the peer's; please set it.")
  }
}
