/// The first bytes of an entry's payload, held from a frame that a breaking connection cut off. What follows them is all
/// that the next session has to carry.
public struct BegunEntry: Sendable, Hashable {
  /// What its holder says of it: the signature tells the entry from any other at its place.
  public struct Name: Sendable, Hashable {
    public var stream: StreamID
    public var seq: UInt64
    public var signature: [UInt8]
    /// Bytes held.
    public var count: Int

    public init(stream: StreamID, seq: UInt64, signature: [UInt8], count: Int) {
      self.stream = stream
      self.seq = seq
      self.signature = signature
      self.count = count
    }
  }

  public let name: Name
  public let payload: [UInt8]

  public init(stream: StreamID, seq: UInt64, signature: [UInt8], payload: [UInt8]) {
    name = Name(stream: stream, seq: seq, signature: signature, count: payload.count)
    self.payload = payload
  }

  /// Below this its name costs as much as it saves.
  static let bytesMin = 1024
}

/// What arrived of a frame with a run when its connection broke.
struct RunBeginning {
  /// The entries that are whole, each with its signature; `nil`: none is.
  let run: EntryRun?
  /// The one after them.
  let begun: BegunEntry?

  /// - Parameters:
  ///   - frame: its first bytes.
  ///   - held: what the session began with: a continuation goes on from there.
  /// - Returns: `nil` of another frame, and of one that is malformed.
  init?(_ frame: [UInt8], continuing held: BegunEntry?) {
    do throws(CBORReader.Failure) {
      guard let beginning = try Self.read(frame, held) else { return nil }
      self = beginning
    } catch {
      return nil
    }
  }

  private init(run: EntryRun?, begun: BegunEntry?) {
    self.run = run
    self.begun = begun
  }

  private static func read(_ frame: [UInt8], _ held: BegunEntry?) throws(CBORReader.Failure) -> RunBeginning? {
    var reader = CBORReader(frame)
    let count = try reader.arrayHead(atMost: SyncFrame.Continuation.items)
    let kind = try reader.unsigned()
    let isContinuation = kind == SyncFrame.Continuation.kind && count == SyncFrame.Continuation.items
    guard isContinuation || (kind == EntryRun.frameKind && count == EntryRun.frameItems) else { return nil }
    let head = try EntryRun.Head(from: &reader)
    if isContinuation {
      guard let held, try reader.unsigned() == UInt64(held.name.count), held.name.stream == head.stream,
        held.name.seq == head.first
      else { return nil }
    }
    var items: [EntryRun.Item] = []
    var before = EntryRun.Item.usual
    var begun: BegunEntry?
    for index in 0..<(try head.count(from: &reader)) {
      let place = reader
      let prefix = isContinuation && index == 0 ? held?.payload ?? [] : []
      do throws(CBORReader.Failure) {
        before = try EntryRun.Item(after: before, from: &reader)
      } catch {
        guard error == .truncated else { throw error }
        begun = EntryRun.Item.beginning(place).map { rest in
          BegunEntry(
            stream: head.stream, seq: head.first + UInt64(index), signature: rest.signature,
            payload: prefix + rest.payload)
        }
        // It says how much of this very entry is held: of another one, or of more than an entry can have, nothing is.
        if !prefix.isEmpty, let found = begun {
          guard found.name.signature == held?.name.signature, found.name.count <= LogLimits.entryBytesMax else {
            return nil
          }
        }
        break
      }
      if !prefix.isEmpty {
        guard before.signature == held?.name.signature,
          prefix.count + before.payload.count <= LogLimits.entryBytesMax
        else { return nil }
        before.payload = prefix + before.payload
      }
      items.append(before)
    }
    if let found = begun, found.payload.count < BegunEntry.bytesMin { begun = nil }
    let run = EntryRun(stream: head.stream, first: head.first, previous: head.previous, items: items)
    return RunBeginning(run: items.isEmpty ? nil : run, begun: begun)
  }
}
