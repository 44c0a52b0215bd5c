/// A superior's proof that it holds a stream up to a head (回执): upper end of the provable interval of every act
/// up to there. Persisted before it is sent.
public struct Receipt: Sendable, Hashable {
  public var head: StreamHead
  /// The superior's own wall clock, Unix milliseconds.
  public var clock: UInt64
  /// How many entries the superior held when it answered: its own order of arrival.
  public var position: UInt64

  public init(head: StreamHead, clock: UInt64, position: UInt64) {
    self.head = head
    self.clock = clock
    self.position = position
  }

  /// `[stream, seq, head, clock, position]`.
  func write(to writer: inout CBORWriter) {
    writer.arrayHead(5)
    head.stream.write(to: &writer)
    writer.unsigned(head.seq)
    writer.byteString(head.hash.bytes)
    writer.unsigned(clock)
    writer.unsigned(position)
  }

  init(from reader: inout CBORReader) throws(CBORReader.Failure) {
    try reader.array(of: 5)
    let stream = try StreamID(from: &reader)
    head = StreamHead(stream: stream, seq: try reader.unsigned(), hash: try reader.digest())
    clock = try reader.unsigned()
    position = try reader.unsigned()
  }
}
