public import Replication

extension WaitingView {
  /// - Parameter author: `nil`: no office is known for the stream's key.
  public init(_ item: Outgoing, from author: OfficeCode?, reason: WaitReason, _ contact: PeerContact) {
    let time = contact.lastContact.map(ClockText.of)
    self.init(
      direction: "out", peer: item.peer.text, office: author?.text ?? "?", stream: StreamName.of(item.stream),
      first: item.first, last: item.last, entries: Int(item.entries), bytes: item.bytes, since: item.since,
      reason: reason.rawValue, message: reason.message(peer: item.peer.text, since: time, error: contact.error),
      remedy: reason.remedy(peer: item.peer.text))
  }

  public init(_ item: Incoming, from author: OfficeCode?) {
    let office = author?.text ?? "?"
    self.init(
      direction: "in", peer: nil, office: office, stream: StreamName.of(item.stream), first: item.first,
      last: item.last, entries: Int(item.entries), bytes: nil, since: item.since, reason: item.reason.rawValue,
      message: item.reason.message(peer: office, since: nil, error: nil), remedy: item.reason.remedy(peer: office))
  }
}

extension WaitingView {
  /// What waits longest. What the superior holds already waits for a paper, not to arrive: it is told where nothing else
  /// waits.
  public static func oldest(_ items: [WaitingView]) -> WaitingView? {
    let delivered = WaitReason.awaitsReceipt.rawValue
    return items.filter { $0.reason != delivered }.min { $0.since < $1.since } ?? items.min { $0.since < $1.since }
  }
}

extension BacklogView {
  /// - Parameter items: of one peer.
  public init(_ items: [WaitingView]) {
    let oldest = WaitingView.oldest(items)
    self.init(
      entries: items.reduce(0) { $0 + $1.entries }, bytes: items.reduce(0) { $0 + ($1.bytes ?? 0) },
      since: oldest?.since, reason: oldest?.reason, message: oldest?.message)
  }
}
