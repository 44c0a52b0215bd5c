import Replication

/// Sightings of entries that are not held yet, each kept until it can be compared: of an office's sightings of a stream
/// the storage keeps the furthest alone, and an earlier one may be the only one that ever meets an entry here. Part of
/// the projection, made again from the log with it.
public enum SightingLedger {
  public static let prefix = "sighting-ahead/"

  static func wait(for sighting: Sighting, context: ReplicaContext, in storage: any ReplicaStorage) throws {
    guard let name = name(sighting, context) else { return }
    try storage.setValue(name, Entry.payload(of: [.sighting(sighting)]))
  }

  /// Those that can be compared now; they wait no longer.
  static func release(
    of stream: StreamID, through seq: UInt64, in storage: any ReplicaStorage
  ) throws -> [Sighting] {
    try storage.values(prefix: beginning(stream)).compactMap { name, bytes in
      guard case .sighting(let sighting)? = (try? Entry.changes(ofPayload: bytes))?.first,
        sighting.face.header.seq <= seq
      else { return nil }
      try storage.setValue(name, nil)
      return sighting
    }
  }

  private static func beginning(_ stream: StreamID) -> String {
    "\(prefix)\(Hexadecimal.string(stream.encoded))/"
  }

  /// `nil` of a suite that this build lacks: nothing can be proven by it.
  private static func name(_ sighting: Sighting, _ context: ReplicaContext) -> String? {
    let header = sighting.face.header
    return context.suites[header.suite].map { suite in
      "\(beginning(header.stream))\(header.seq)/\(Hexadecimal.string(sighting.face.hash(using: suite).bytes))"
    }
  }
}
