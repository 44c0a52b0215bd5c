/// The stamps of a row as they are stored: each once, ascending, so that fields name them by their place. A row's stamps
/// are of few authors and lie close in time, so that most take a few bytes.
struct StampTable {
  /// More than any row has: each field's values and what they replaced.
  static let countMax = LogLimits.fieldsMax * (RegisterState.versionsMax + RegisterState.replacedMax)

  /// In the order in which the stamps name them first.
  private var authors: [UInt64] = []
  private(set) var stamps: [WriteStamp] = []

  /// - Parameter stamps: in any order, any number of times.
  init(_ stamps: [WriteStamp]) {
    for stamp in stamps.sorted() where stamp != self.stamps.last { append(stamp) }
  }

  var last: WriteStamp? { stamps.last }

  func place(of stamp: WriteStamp) -> Int? { stamps.firstIndex(of: stamp) }

  /// - Parameter stamp: greater than all there are.
  mutating func append(_ stamp: WriteStamp) {
    if !authors.contains(stamp.author) { authors.append(stamp.author) }
    stamps.append(stamp)
  }

  /// `[author, …], [time since the one before, author's place, …]`.
  func write(to writer: inout CBORWriter) {
    writer.arrayHead(authors.count)
    for author in authors { writer.unsigned(author) }
    writer.arrayHead(stamps.count * 2)
    var previous: UInt64 = 0
    for stamp in stamps {
      writer.unsigned(stamp.time.rawValue - previous)
      writer.unsigned(UInt64(authors.firstIndex(of: stamp.author) ?? 0))
      previous = stamp.time.rawValue
    }
  }

  init(from reader: inout CBORReader) throws(CBORReader.Failure) {
    let authorCount = try reader.arrayHead(atMost: Self.countMax)
    authors.reserveCapacity(authorCount)
    for _ in 0..<authorCount { authors.append(try reader.unsigned()) }
    let count = try reader.arrayHead(atMost: Self.countMax * 2) / 2
    // One more than there are: a write adds its own.
    stamps.reserveCapacity(count + 1)
    var time: UInt64 = 0
    for _ in 0..<count {
      let (next, overflows) = time.addingReportingOverflow(try reader.unsigned())
      let author = try reader.unsigned()
      guard !overflows, author < UInt64(authors.count) else { throw .outOfRange }
      time = next
      stamps.append(WriteStamp(time: HybridTimestamp(rawValue: time), author: authors[Int(author)]))
    }
  }

  /// The stamp at the place that comes next.
  func stamp(from reader: inout CBORReader) throws(CBORReader.Failure) -> WriteStamp {
    let place = try reader.unsigned()
    guard place < UInt64(stamps.count) else { throw .outOfRange }
    return stamps[Int(place)]
  }
}
