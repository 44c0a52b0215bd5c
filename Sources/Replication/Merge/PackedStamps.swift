/// Works on a row's packed stamps (`RecordRow.stampBytes`) without making the row: for the writes that nearly all writes
/// are, those that make a record and those that replace what stands. Gives the bytes `RecordRow` would give.
public enum PackedStamps {
  /// The stamps of a record made by one write.
  /// - Returns: `nil` when the write replaces something, so that there is more to remember than its stamp.
  public static func made(by write: RecordWrite, stamp: WriteStamp) -> [UInt8]? {
    guard write.fields.allSatisfy({ $0.replaces.isEmpty }), !write.fields.isEmpty else { return nil }
    var writer = CBORWriter(capacity: 24 + 2 * write.fields.count)
    writer.arrayHead(2)
    stamp.write(to: &writer)
    writer.arrayHead(write.fields.count)
    for field in write.fields { writer.unsigned(field.number) }
    return writer.bytes
  }

  /// The stamps after a write to a row that has `bytes`.
  /// - Returns: `nil` unless each field is new to the row or holds nothing but the same author's earlier value: else
  ///   there is a value to remember, and the whole row is needed.
  /// - Complexity: O(bytes).
  public static func bytes(
    _ bytes: [UInt8], after write: RecordWrite, stamp: WriteStamp
  ) throws(CBORReader.Failure) -> [UInt8]? {
    // Winners' values are no part of the bytes, and these writes leave no other value behind.
    var row = try RecordRow(type: write.type, id: write.id, stampBytes: bytes) { _ in .null }
    for field in write.fields {
      guard field.replaces.allSatisfy({ $0.author == stamp.author }) else { return nil }
      guard let state = row.fields[field.number] else { continue }
      guard state.isPlain, let last = state.winner?.stamp, last.author == stamp.author, last < stamp else { return nil }
    }
    row.apply(write, stamp: stamp, rank: { _ in 0 })
    return row.stampBytes
  }
}
