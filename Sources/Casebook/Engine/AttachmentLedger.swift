public import Replication

/// Which contents the log names, in which streams, and which of them this office has still to look for. Content may be
/// had by whoever may hold a stream that names it, and by nobody else.
public enum AttachmentLedger {
  /// Of every small value here that is made from the log.
  public static let prefix = "attachment/"

  /// Then the blob, `/` and the stream: the length that a record in it says.
  private static let namedPrefix = prefix + "named/"
  // What follows is not made from the log: it says what this machine has still to look for, and may say too much.
  /// Then the stream: one of its blobs is looked for.
  private static let dueStreamPrefix = "attachment-due-stream/"
  /// Then the stream, `/` and the blob: the length.
  private static let duePrefix = "attachment-due/"
  /// Then the blob: somebody asked for it, whatever its size.
  private static let askedPrefix = "attachment-asked/"
  /// How often something was marked to be looked for; never goes down.
  private static let countKey = "attachment-count"
  /// Which folder of contents the marks are about.
  private static let folderKey = "attachment-folder"

  public struct Named: Sendable, Hashable {
    public let blob: BlobID
    /// Bytes, as the record says.
    public let length: Int

    public init(blob: BlobID, length: Int) {
      self.blob = blob
      self.length = length
    }
  }

  // MARK: Names

  /// Keeps what a write names, where it is one of an attachment.
  /// - Parameter stream: that it came in; of a write in a dossier the dossier's.
  static func note(_ write: RecordWrite, in stream: StreamID, _ storage: any ReplicaStorage) throws {
    guard write.type == RecordType.attachment.number, case .text(let text)? = write.value(5),
      let blob = BlobID(hex: text), blob.description == text, case .integer(let length)? = write.value(4),
      (0...Int64(BlobLimits.bytesMax)).contains(length)
    else { return }
    let name = name(of: stream)
    try storage.setValue("\(namedPrefix)\(blob)/\(name)", encoded(Int(length)))
    try markDue(Named(blob: blob, length: Int(length)), name, in: storage)
  }

  private static func markDue(_ named: Named, _ stream: String, in storage: any ReplicaStorage) throws {
    let mark = dueStreamPrefix + stream
    if try storage.value(mark) == nil { try storage.setValue(mark, [1]) }
    try storage.setValue("\(duePrefix)\(stream)/\(named.blob)", encoded(named.length))
    var writer = CBORWriter()
    writer.unsigned(try count(in: storage) &+ 1)
    try storage.setValue(countKey, writer.bytes)
  }

  /// Tells whether there is anything new to look for without looking: how often something was marked.
  public static func count(in storage: any ReplicaStorage) throws -> UInt64 {
    guard let bytes = try storage.value(countKey) else { return 0 }
    var reader = CBORReader(bytes)
    return try reader.unsigned()
  }

  /// Streams that name a blob, with the length they say.
  static func streams(of blob: BlobID, in storage: any ReplicaStorage) throws -> [(stream: StreamID, length: Int)] {
    let prefix = "\(namedPrefix)\(blob)/"
    return try storage.values(prefix: prefix).compactMap { item in
      guard let stream = stream(named: item.key.dropFirst(prefix.count)), let length = length(item.value) else { return nil }
      return (stream, length)
    }
  }

  /// Whether a peer may have a blob from this office.
  public enum Passing: Sendable, Hashable {
    /// No stream that both may hold names it.
    case none
    case allowed
    /// And where it is not here, an office on the other side of this one may have it.
    case relayed
  }

  public static func passing(
    _ blob: BlobID, with peer: OfficeCode, _ context: ReplicaContext, in storage: any ReplicaStorage
  ) throws -> Passing {
    var passing = Passing.none
    let tree = context.tree
    for (stream, _) in try streams(of: blob, in: storage)
    where tree.mayExchange(context.office, with: peer, stream) {
      passing = .allowed
      guard let author = tree.office(of: stream.author), author != context.office else { continue }
      // An office below could make this one fetch what is its own.
      let isBeyond = tree.isSuperior(context.office, of: peer)
        ? author != peer && !tree.isSuperior(peer, of: author) : tree.isSuperior(context.office, of: author)
      if isBeyond { return .relayed }
    }
    return passing
  }

  // MARK: What is looked for

  /// Blobs to look for that a peer may have, each once.
  public static func due(
    with peer: OfficeCode, _ context: ReplicaContext, in storage: any ReplicaStorage
  ) throws -> [Named] {
    var due: [Named] = []
    var seen: Set<BlobID> = []
    for (key, _) in try storage.values(prefix: dueStreamPrefix) {
      let name = key.dropFirst(dueStreamPrefix.count)
      guard let stream = stream(named: name), context.tree.mayExchange(context.office, with: peer, stream) else { continue }
      let prefix = "\(duePrefix)\(name)/"
      for (key, value) in try storage.values(prefix: prefix) {
        guard let blob = BlobID(hex: key.dropFirst(prefix.count)), let length = length(value) else { continue }
        if seen.insert(blob).inserted { due.append(Named(blob: blob, length: length)) }
      }
    }
    return due
  }

  /// The blobs are here: nobody looks for them any more.
  public static func settle(_ blobs: [BlobID], in storage: any ReplicaStorage) throws {
    for blob in blobs {
      for (stream, _) in try streams(of: blob, in: storage) {
        try storage.setValue("\(duePrefix)\(name(of: stream))/\(blob)", nil)
      }
      let asked = "\(askedPrefix)\(blob)"
      if try storage.value(asked) != nil { try storage.setValue(asked, nil) }
    }
  }

  /// Takes the marks of streams away of which nothing is looked for any more.
  public static func settleStreams(in storage: any ReplicaStorage) throws {
    for (key, _) in try storage.values(prefix: dueStreamPrefix)
    where try storage.values(prefix: "\(duePrefix)\(key.dropFirst(dueStreamPrefix.count))/").isEmpty {
      try storage.setValue(key, nil)
    }
  }

  /// Somebody wants the blob, whatever its size.
  public static func ask(for blob: BlobID, in storage: any ReplicaStorage) throws {
    try storage.setValue("\(askedPrefix)\(blob)", [1])
    for (stream, length) in try streams(of: blob, in: storage) {
      try markDue(Named(blob: blob, length: length), name(of: stream), in: storage)
    }
  }

  public static func isAsked(_ blob: BlobID, in storage: any ReplicaStorage) throws -> Bool {
    try storage.value("\(askedPrefix)\(blob)") != nil
  }

  public static func asked(in storage: any ReplicaStorage) throws -> Set<BlobID> {
    Set(try storage.values(prefix: askedPrefix).compactMap { BlobID(hex: $0.key.dropFirst(askedPrefix.count)) })
  }

  /// Looks for everything again, where the folder of contents is another than the marks are about: a restored database,
  /// a folder that was lost or put back.
  /// - Parameter folder: a random name that lies in the folder too.
  public static func compare(folder: [UInt8], in storage: any ReplicaStorage) throws {
    guard try storage.value(folderKey) != folder else { return }
    try lookAgain(in: storage)
    try storage.setValue(folderKey, folder)
  }

  /// Looks for everything that the log names.
  public static func lookAgain(in storage: any ReplicaStorage) throws {
    for (key, value) in try storage.values(prefix: namedPrefix) {
      let parts = key.dropFirst(namedPrefix.count).split(separator: "/")
      guard parts.count == 2, let blob = BlobID(hex: parts[0]), let length = length(value) else { continue }
      try markDue(Named(blob: blob, length: length), String(parts[1]), in: storage)
    }
  }

  public static func isCompared(folder: [UInt8], in storage: any ReplicaStorage) throws -> Bool {
    try storage.value(folderKey) == folder
  }

  // MARK: Encoding

  private static func name(of stream: StreamID) -> String { Hexadecimal.string(stream.encoded) }

  private static func stream(named name: Substring) -> StreamID? {
    guard let bytes = Hexadecimal.bytes(name) else { return nil }
    var reader = CBORReader(bytes)
    return try? StreamID(from: &reader)
  }

  private static func encoded(_ length: Int) -> [UInt8] {
    var writer = CBORWriter()
    writer.unsigned(UInt64(length))
    return writer.bytes
  }

  private static func length(_ bytes: [UInt8]) -> Int? {
    var reader = CBORReader(bytes)
    return try? reader.count(atMost: BlobLimits.bytesMax)
  }
}

extension RecordWrite {
  fileprivate func value(_ number: UInt64) -> FieldValue? { fields.first { $0.number == number }?.value }
}
