public import Replication

/// How much of an office's log is here, and how much of it was acknowledged.
public struct OfficeExtent: Sendable, Hashable {
  public var streams = 0
  public var entries: UInt64 = 0
  /// The newest entry's time by its author's clock, Unix milliseconds.
  public var newest: UInt64?
  /// Entries below the last receipts of the office that acknowledges them.
  public var receipted: UInt64 = 0
  /// That office's clock in the last of these receipts.
  public var receiptedAt: UInt64?

  public init() {}
}

/// The extent of every office's log here.
public struct LogExtents {
  /// Offices' own logs; acknowledged by this office where they are below it.
  public private(set) var offices: [OfficeCode: OfficeExtent] = [:]
  /// This office's log as each superior acknowledged it.
  public private(set) var superiors: [OfficeCode: OfficeExtent] = [:]

  /// - Complexity: O(streams · log receipts); reads the last entry of each stream.
  public init(context: ReplicaContext, in storage: any ReplicaStorage) throws {
    let tree = context.tree
    let above = tree.all.map(\.charter.office).filter { tree.isSuperior($0, of: context.office) }
    let own = tree.keys(of: context.office)
    for head in try storage.heads() {
      guard let author = tree.office(of: head.stream.author), tree.seat(author) != nil else { continue }
      let last = try storage.entries(of: head.stream, from: head.seq, bytesMax: 1).first?.header.stamp.milliseconds
      let isBelow = tree.isSuperior(context.office, of: author)
      offices[author, default: OfficeExtent()]
        .add(head, last, try isBelow ? Self.receipt(over: head, by: own, in: storage) : nil)
      guard author == context.office, head.stream.audience != .own else { continue }
      for superior in above {
        superiors[superior, default: OfficeExtent()]
          .add(head, last, try Self.receipt(over: head, by: tree.keys(of: superior), in: storage))
      }
    }
  }

  private static func receipt(
    over head: StreamHead, by issuers: [KeyFingerprint], in storage: any ReplicaStorage
  ) throws -> ReceiptMark? {
    try issuers.compactMap { try storage.lastReceipt(of: head.stream, by: $0) }.max { $0.seq < $1.seq }
  }
}

extension OfficeExtent {
  fileprivate mutating func add(_ head: StreamHead, _ time: UInt64?, _ receipt: ReceiptMark?) {
    streams += 1
    entries += head.seq
    newest = [newest, time].compactMap(\.self).max()
    guard let receipt else { return }
    // A receipt may reach further than what is held here.
    receipted += min(head.seq, receipt.seq)
    receiptedAt = max(receiptedAt ?? 0, receipt.clock)
  }
}
