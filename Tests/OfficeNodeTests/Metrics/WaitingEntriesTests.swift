import Casebook
import Replication
import ReplicaStore
import Testing

@testable import OfficeNode

@Suite("Own entries that wait for a superior's word")
struct WaitingEntriesTests {
  @Test("a superior's receipt confirms them; anybody else's does not")
  func confirmed() async throws {
    let family = try await OfficeFamily()
    let sub = try await family.join("130526", under: family.top)
    for index in 0..<3 { try await BackupHome.add("o\(index)", sub) }
    let waiting = try await sub.unconfirmed()
    #expect(waiting >= 3)
    try await sub.receipt(by: await sub.context.key)
    #expect(try await sub.unconfirmed() == waiting)
    try await family.meet(sub, family.top)
    // What it wrote of the superior's own records in the meantime waits for the next time.
    let left = try await sub.unconfirmed()
    #expect(left < waiting)
    try await BackupHome.add("later", sub)
    #expect(try await sub.unconfirmed() == left + 1)
  }
}

extension OfficeNode {
  fileprivate func unconfirmed() throws -> UInt64 {
    let context = context
    return try store.read { try Self.unconfirmed(context, in: $0) }
  }

  /// Puts receipts of all that this office wrote beside the others, without asking who may give them.
  fileprivate func receipt(by issuer: KeyFingerprint) throws {
    let (context, now) = (context, effects.now())
    try store.transaction { storage in
      for head in try storage.heads() where context.isOwn(head.stream.author) {
        try storage.put(
          StoredReceipt(receipt: Receipt(head: head, clock: now, position: 0), issuer: issuer, entry: .zero))
      }
    }
  }
}
