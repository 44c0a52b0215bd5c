import Casebook
import Foundation
import Replication

@testable import OfficeNode

/// One side of an exchange over a real store: carries out what the machine says, at once. Restarted, it begins a new
/// session over the same store.
final class ExchangeSide {
  let fixture: StoreFixture
  let store: BlobStore
  var policy = BlobPolicy(bytesMax: BlobLimits.bytesMax, quota: .max, eagerMax: BlobLimits.bytesMax)
  /// What its records name.
  var named: [AttachmentLedger.Named] = []
  var asked: Set<BlobID> = []
  /// Whether the other side may have a blob.
  var isAllowed: (BlobID) -> Bool = { _ in true }
  /// A blob that is named and not here is wanted here too.
  var relays = false
  private(set) var exchange: AttachmentExchange
  private var files: SessionBlobs
  private(set) var outbox: [AttachmentFrame] = []
  private(set) var closed: SyncFrame.CloseCode?
  private var isAtEnd = true
  private var isStale = true
  /// Content bytes of earlier sessions.
  private var sentBefore = 0
  private(set) var dropped: [BlobID] = []

  private let peer: OfficeCode

  init(peer: OfficeCode) throws {
    self.peer = peer
    fixture = try StoreFixture()
    store = fixture.store()
    exchange = AttachmentExchange(peer: peer)
    files = SessionBlobs(store)
  }

  var bytesSent: Int { sentBefore + exchange.bytesSent }
  var missing: [BlobID] { named.map(\.blob).filter { !store.isPresent($0) } }

  /// Content that is here from the beginning.
  func hold(_ content: [UInt8]) throws -> AttachmentLedger.Named {
    let path = try fixture.write(content, to: "content")
    let taken = try store.take(path, under: policy) { _ in }
    return AttachmentLedger.Named(blob: taken.blob, length: content.count)
  }

  /// The session ends, by whatever cause, and another begins.
  func restart() throws {
    _ = files.close()
    sentBefore += exchange.bytesSent
    exchange = AttachmentExchange(peer: peer)
    files = SessionBlobs(store)
    outbox = []
    closed = nil
    isAtEnd = true
    isStale = true
  }

  func takeOutbox() -> [AttachmentFrame] {
    defer { outbox = [] }
    return outbox
  }

  func begin(at time: UInt64 = 0) throws { try carryOut(exchange.begin(at: time), at: time) }

  func changed(at time: UInt64 = 0) throws {
    isStale = true
    try carryOut(exchange.changed(at: time), at: time)
  }

  func tick(at time: UInt64) throws { try carryOut(exchange.tick(at: time), at: time) }

  func arrived(_ blob: BlobID) throws { try carryOut(exchange.arrived(blob), at: 0) }

  func receive(_ frame: AttachmentFrame, at time: UInt64 = 0) throws {
    try carryOut(exchange.received(frame, at: time), at: time)
  }

  private func carryOut(_ first: [AttachmentExchange.Action], at time: UInt64) throws {
    var queue = first[...]
    while let action = queue.popFirst() {
      switch action {
      case .send(let frame): outbox.append(frame)
      case .find(let count): queue.append(contentsOf: exchange.found(try find(count), at: time))
      case .open(let blob):
        queue.append(contentsOf: exchange.opened(blob, try files.open(blob, under: policy), at: time))
      case .store(let ask, let bytes):
        queue.append(contentsOf: exchange.stored(ask, try keep(ask, bytes), at: time))
      case .load(let ask): queue.append(contentsOf: load(ask))
      case .drop(let blob):
        dropped.append(blob)
        try files.drop(blob)
      case .close(let code, _): closed = code
      }
    }
  }

  private func find(_ count: Int) throws -> [BlobID] {
    if isAtEnd, isStale {
      isStale = false
      files.look(for: named.filter { !store.isPresent($0.blob) }, asked: asked, under: policy)
    } else if isAtEnd {
      return []
    }
    let found = try files.find(count, under: policy)
    isAtEnd = found.isAtEnd
    return found.wanted
  }

  private func keep(_ ask: AttachmentFrame.Ask, _ bytes: [UInt8]) throws -> AttachmentExchange.Stored {
    let outcome = try files.keep(ask, bytes, under: policy)
    guard case .whole = outcome else { return outcome }
    while try files.recheck(ask.blob) {}
    let missing = try files.finish(ask.blob)
    return missing.isEmpty ? .whole : .again(missing)
  }

  private func load(_ ask: AttachmentFrame.Ask) -> [AttachmentExchange.Action] {
    guard isAllowed(ask.blob) else { return exchange.refused(ask, .none) }
    guard store.isPresent(ask.blob) else {
      return exchange.refused(ask, relays && named.contains { $0.blob == ask.blob } ? .later : .none)
    }
    switch files.read(ask) {
    case .success(let bytes): return exchange.loaded(ask, bytes)
    case .failure(let denial): return exchange.refused(ask, denial.refusal)
    }
  }
}
