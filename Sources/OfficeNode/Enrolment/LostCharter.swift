import Casebook
import PeerTransport
import ReplicaStore
import Replication
import SignatureSuites

/// A superior that was restored from a backup does not know the offices it chartered after that, and would let none of
/// them in, though they alone hold what it lost. Such an office shows the superior's own entry with its charter.
extension OfficeNode {
  /// Half of a certificate: a charter takes some hundred bytes.
  private static let shownBytesMax = TransportLimits.certificateBytesMax / 2
  /// Read at a time of the superior's stream, which begins with the charter.
  private static let pageBytes = 64 * 1_024

  /// The identity to call the superior with: whom it turned away last shows its charter.
  func identity(for superior: OfficeCode) throws -> TransportIdentity {
    try StoreFailures.mapped {
      let shown = try store.read { storage in
        try memory(of: superior.text, in: storage)?.isRefused == true ? try charterEntry(in: storage) : nil
      }
      return try presentIdentity(charter: shown)
    }
  }

  /// The superior's entry with the charter for this office's transport key, or for an earlier one that vouches for it.
  func charterEntry(in storage: any ReplicaStorage) throws -> [UInt8]? {
    guard let superior = context.tree.seat(context.office)?.charter.parent else { return nil }
    let earlier = (settings.transportSuccession ?? []).compactMap { Hexadecimal.bytes($0.key) }
    let keys = [transportSigner.publicKey.bytes] + earlier
    for head in try storage.heads()
    where head.stream.audience == .subtree(context.office) && context.tree.office(of: head.stream.author) == superior {
      var next: UInt64 = 1
      while next <= head.seq {
        let page = try storage.entries(of: head.stream, from: next, bytesMax: Self.pageBytes)
        if page.isEmpty { break }
        if let entry = page.first(where: { Self.charter(in: $0, of: context.office, for: keys) != nil }),
          entry.encoded.count <= Self.shownBytesMax
        {
          return entry.encoded
        }
        next += UInt64(page.count)
      }
    }
    return nil
  }

  /// The office to which an entry of ours that is not here any more gave one of the keys. Knowing its charter again, this
  /// node takes the rest from it; an office that is known here is let in by what is known.
  func officeChartered(by shown: [UInt8]?, for keys: [[UInt8]]) -> OfficeCode? {
    guard let shown, let entry = try? Entry(decoding: shown), let office = entry.header.stream.audience.target,
      context.tree.seat(office) == nil
    else { return nil }
    let author = entry.header.stream.author
    guard context.isOwn(author), !context.tree.isRevoked(author), let key = context.tree.publicKey(author),
      let suite = context.suites[entry.header.suite], entry.isPayloadIntact(using: suite),
      entry.isSigned(by: key, using: suite),
      let charter = Self.charter(in: entry, of: office, for: keys), charter.parent == context.office
    else { return nil }
    return office
  }

  private static func charter(in entry: Entry, of office: OfficeCode, for keys: [[UInt8]]) -> Charter? {
    for case .charter(let charter) in (try? entry.changes()) ?? []
    where charter.office == office && keys.contains(charter.transportKey) {
      return charter
    }
    return nil
  }
}
