import Casebook
import Casework
import Foundation
import PeerTransport
import ReplicaStore
import Replication

/// What the node knows of a peer, kept as a small value.
struct PeerMemory: Codable {
  var lastContact: UInt64?
  /// Milliseconds the peer's clock is ahead of ours.
  var clockOffset: Int64?
  /// What the peer said it is.
  var software: String?
  /// Protocol version spoken in the last session.
  var version: UInt64?
  /// Where it was reached when a session with it was complete last.
  var endpoint: String?
  var errorZh: String?
  var errorEn: String?
  var errorCode: String?
  var errorAt: UInt64?

  static func key(_ office: String) -> String { "peer.\(office)" }

  var error: Bilingual? { errorZh.map { Bilingual(zh: $0, en: errorEn ?? $0) } }

  /// Codes of failures with which a peer turns an office away.
  private static let refusals: Set<String> = [
    "not-admitted", "refused-by-peer", "no-such-protocol", "wrongOffice", "unsupportedVersion", CharterEnd.code,
  ]

  var isRefused: Bool { errorCode.map(Self.refusals.contains) ?? false }
}

/// How the node stands with its neighbours (`docket peers`, `docket outbox`).
extension OfficeNode {
  func memory(of office: String, in storage: any ReplicaStorage) throws -> PeerMemory? {
    try storage.value(PeerMemory.key(office)).flatMap { try? JSONDecoder().decode(PeerMemory.self, from: Data($0)) }
  }

  /// - Parameter and: what else the transaction writes.
  func remember(
    _ office: String, _ change: (inout PeerMemory) -> Void, and: (any ReplicaStorage) throws -> Void = { _ in }
  ) throws {
    try StoreFailures.mapped {
      try store.transaction { storage in
        var memory = try self.memory(of: office, in: storage) ?? PeerMemory()
        change(&memory)
        try storage.setValue(PeerMemory.key(office), Array(try JSONEncoder().encode(memory)))
        try and(storage)
      }
    }
  }

  /// An attempt to reach a peer failed. What cannot be kept is not: the failure itself is what has to be told.
  func noteFailure(with peer: String, _ failure: DeskFailure) {
    let now = effects.now()
    try? remember(peer) { memory in
      memory.errorZh = failure.message.zh
      memory.errorEn = failure.message.en
      memory.errorCode = failure.code
      memory.errorAt = now
    }
  }

  /// Where the office was reached last; `nil`: nowhere, or it cannot be read.
  func lastEndpoint(of office: OfficeCode) -> Endpoint? {
    let memory = try? store.read { try self.memory(of: office.text, in: $0) }
    return memory?.endpoint.flatMap { try? Endpoint($0) }
  }

  /// Offices with which a session is open now.
  var liveSessions: Set<String> { Set(sessions.peers.map(\.text)) }

  func peers() throws -> [PeerView] {
    let context = context
    return try StoreFailures.mapped { try store.read { try peers(of: context, in: $0) } }
  }

  func peers(of context: ReplicaContext, in storage: any ReplicaStorage) throws -> [PeerView] {
    let extents = try LogExtents(context: context, in: storage)
    let waiting = Dictionary(grouping: try outgoing(in: storage)) { $0.peer ?? "" }
    let neighbours = Set(Outbox(context: context, storage: storage).neighbours)
    let now = effects.now()
    let live = liveSessions
    let settled = sessions.settledPeers
    let address = calledAddress
    return try context.tree.all.filter { $0.charter.office != context.office }.map { seat in
      let office = seat.charter.office
      let memory = try self.memory(of: office.text, in: storage)
      let isNeighbour = neighbours.contains(office)
      let isAbove = context.tree.isSuperior(office, of: context.office)
      let held = extents.offices[office] ?? OfficeExtent()
      let acknowledged = isAbove ? extents.superiors[office] ?? OfficeExtent() : held
      let isLive = live.contains(office.text)
      // Once everything was exchanged, what is new comes at once; before, what is here is as old as it was.
      let newest = [held.newest, isNeighbour ? memory?.lastContact : nil].compactMap(\.self).max()
      let heard = settled.contains(office) ? now : newest
      let age = heard.map { now > $0 ? now - $0 : 0 }
      return PeerView(
        office: office.text, name: seat.charter.name, relation: isAbove ? "superior" : "subordinate",
        isNeighbour: isNeighbour,
        state: PeerState(
          age: age, isLive: isLive, isRevoked: context.tree.isRevoked(seat.key)),
        lastContact: memory?.lastContact, lastError: memory?.error, lastErrorAt: memory?.errorAt,
        clockOffset: memory?.clockOffset, software: memory?.software, protocolVersion: memory?.version.map { Int($0) },
        address: office.text == settings.superior ? address : nil,
        received: LogExtentView(streams: held.streams, entries: Int(held.entries), newest: held.newest),
        acknowledged: AcknowledgedView(
          entries: Int(acknowledged.receipted), of: Int(acknowledged.entries), at: acknowledged.receiptedAt),
        backlog: isNeighbour ? BacklogView(waiting[office.text] ?? []) : nil, asOf: held.newest, age: age)
    }
  }

  /// - Parameter office: a neighbour; `nil`: all of them.
  /// - Throws: `DeskFailure` for an office that is none.
  func outbox(for office: String?) throws -> OutboxView {
    let context = context
    return try StoreFailures.mapped {
      try store.read { storage in
        if let office {
          let neighbours = Outbox(context: context, storage: storage).neighbours.map(\.text)
          guard neighbours.contains(office) else { throw Self.notNeighbour(office) }
        }
        let items = try outgoing(in: storage).filter { office == nil || $0.peer == office }
        return OutboxView(now: effects.now(), outbox: items)
      }
    }
  }

  private static func notNeighbour(_ office: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "not-a-neighbour",
      message: Bilingual(
        zh: "“\(office)”不是本机构的上级或直接下级，与它不直接交换。",
        en: "“\(office)” is neither this office's superior nor directly below it: nothing goes to it from here."),
      remedy: Bilingual(zh: "用 docket peers 查看相邻机构。", en: "See docket peers for the neighbours."))
  }

  /// What waits to go out, with why.
  func outgoing(in storage: any ReplicaStorage) throws -> [WaitingView] {
    var outbox = Outbox(context: context, storage: storage, delivered: delivered.all)
    var contacts: [OfficeCode: PeerContact] = [:]
    return try outbox.items().map { item in
      let contact = try contacts[item.peer] ?? contact(with: item.peer.text, in: storage)
      contacts[item.peer] = contact
      return WaitingView(
        item, from: context.tree.office(of: item.stream.author), reason: item.reason(contact), contact)
    }
  }

  /// What waits here to be used, with why.
  func incoming(in storage: any ReplicaStorage) throws -> [WaitingView] {
    try Inbox(context: context, storage: storage).items().map {
      WaitingView($0, from: context.tree.office(of: $0.stream.author))
    }
  }

  private func contact(with peer: String, in storage: any ReplicaStorage) throws -> PeerContact {
    let memory = try memory(of: peer, in: storage)
    return PeerContact(
      lastContact: memory?.lastContact, error: memory?.error, isRefused: memory?.isRefused ?? false,
      isLive: liveSessions.contains(peer), hasAddress: peer == settings.superior && calledAddress != nil,
      isServing: isServing)
  }
}
