public import Replication

/// Receipts (回执): a superior's proof that it holds its subordinates' entries up to a head.
public enum Witness {
  /// Receipts this office owes: for every stream of an office below that has grown since the last receipt of ours.
  /// - Returns: changes by audience; a receipt has the audience of its author's office.
  public static func owed(
    context: ReplicaContext, at wallMilliseconds: UInt64, in storage: any ReplicaStorage
  ) throws -> [(audience: Audience, changes: [Change])] {
    var byOffice: [OfficeCode: [Change]] = [:]
    let position = try storage.entryCount()
    for head in try storage.heads() {
      guard let author = context.tree.office(of: head.stream.author),
        context.tree.isSuperior(context.office, of: author)
      else { continue }
      let last = try storage.receipts(of: head.stream).last { $0.issuer == context.key }
      guard head.seq > last?.receipt.head.seq ?? 0 else { continue }
      let receipt = Receipt(head: head, clock: wallMilliseconds, position: position)
      byOffice[author, default: []].append(.receipt(receipt))
    }
    return byOffice.keys.sorted().map { (audience: .office($0), changes: byOffice[$0] ?? []) }
  }

  /// The provable interval of an entry, Unix milliseconds: not before the receipt its author had seen, not after
  /// the first receipt that covers it. `nil` bounds are open: an unwitnessed act is legal, not an error.
  public static func interval(
    of stream: StreamID, seq: UInt64, in storage: any ReplicaStorage
  ) throws -> (from: UInt64?, until: UInt64?) {
    let until = try storage.receipts(of: stream).filter { $0.receipt.head.seq >= seq }
      .map(\.receipt.clock).min()
    let entry = try storage.entries(of: stream, from: seq, bytesMax: 1).first
    var from: UInt64?
    if let seen = entry?.header.seen { from = try storage.receiptClock(ofEntry: seen) }
    return (from, until)
  }
}
