/// What an office has of a blob.
public enum BlobState: String, Sendable, Hashable, CaseIterable {
  /// Nothing.
  case absent
  /// Some chunks.
  case partial
  /// All of it, verified.
  case present
  /// It will not be fetched, for a reason that a person can mend.
  case refused
}

/// Which chunks of a blob are present, what to ask for next, and whether it is wanted at all. A value: whoever keeps
/// the bytes keeps this beside them.
public struct BlobProgress: Sendable, Hashable {
  /// Why an office does not fetch a blob.
  public enum Refusal: UInt64, Sendable, Hashable, CaseIterable {
    /// Larger than the office takes.
    case tooLarge = 1
    /// The office's attachments would take more than it allows.
    case quota = 2
    /// The manifest says another length than the record.
    case otherLength = 3
  }

  /// A chunk of which the first bytes are there, not verified.
  public struct Begun: Sendable, Hashable {
    public var chunk: Int
    /// 1 to one less than a chunk has.
    public var bytes: Int

    public init(chunk: Int, bytes: Int) {
      self.chunk = chunk
      self.bytes = bytes
    }
  }

  /// Chunks of the whole blob.
  public let chunkCount: Int
  /// Numbers of present chunks: ascending, never touching each other.
  public private(set) var ranges: [Range<Int>]
  public var refusal: Refusal?
  /// Where a session that broke off goes on.
  public var begun: Begun?

  /// Nothing is present.
  /// - Parameter chunkCount: 0 to `BlobLimits.chunksMax`.
  public init(chunkCount: Int) {
    self.chunkCount = min(max(0, chunkCount), BlobLimits.chunksMax)
    ranges = []
  }

  public var presentCount: Int { ranges.reduce(0) { $0 + $1.count } }

  /// A blob without chunks is whole from the beginning.
  public var isWhole: Bool { presentCount == chunkCount }

  public var state: BlobState {
    if isWhole { return .present }
    if refusal != nil { return .refused }
    return ranges.isEmpty && begun == nil ? .absent : .partial
  }

  /// - Complexity: O(log ranges).
  public func contains(_ number: Int) -> Bool {
    let place = place(after: number)
    return place > 0 && ranges[place - 1].contains(number)
  }

  /// Notes a verified chunk.
  /// - Returns: whether it was missing.
  /// - Complexity: O(ranges).
  @discardableResult
  public mutating func insert(_ number: Int) -> Bool {
    guard (0..<chunkCount).contains(number), !contains(number) else { return false }
    if begun?.chunk == number { begun = nil }
    let place = place(after: number)
    let joinsBefore = place > 0 && ranges[place - 1].upperBound == number
    let joinsAfter = place < ranges.count && ranges[place].lowerBound == number + 1
    switch (joinsBefore, joinsAfter) {
    case (true, true):
      let joined = ranges[place - 1].lowerBound..<ranges[place].upperBound
      ranges.replaceSubrange((place - 1)...place, with: [joined])
    case (true, false): ranges[place - 1] = ranges[place - 1].lowerBound..<(number + 1)
    case (false, true): ranges[place] = number..<ranges[place].upperBound
    case (false, false): ranges.insert(number..<(number + 1), at: place)
    }
    return true
  }

  /// Takes back a chunk that was found to be missing or altered after all.
  public mutating func remove(_ number: Int) {
    guard contains(number) else { return }
    let place = place(after: number) - 1
    let range = ranges[place]
    let left = [range.lowerBound..<number, (number + 1)..<range.upperBound].filter { !$0.isEmpty }
    ranges.replaceSubrange(place...place, with: left)
  }

  /// The next chunks to ask for: the first gap, or as much of it as is asked for at a time.
  /// - Parameters:
  ///   - start: no chunk before this one; what was asked for already is before it.
  ///   - limit: at least 1.
  /// - Returns: `nil` where nothing is missing from there on, or the blob is refused.
  public func wanted(from start: Int = 0, atMost limit: Int) -> Range<Int>? {
    guard refusal == nil, limit > 0 else { return nil }
    var first = max(0, start)
    let place = place(after: first)
    if place > 0, ranges[place - 1].contains(first) { first = ranges[place - 1].upperBound }
    guard first < chunkCount else { return nil }
    let end = ranges.first { $0.lowerBound > first }?.lowerBound ?? chunkCount
    return first..<(end - first > limit ? first + limit : end)
  }

  /// Bytes of the blob that are there, the begun chunk's among them.
  /// - Parameter length: of the whole blob.
  public func presentBytes(ofLength length: Int) -> Int {
    ranges.reduce(begun?.bytes ?? 0) { sum, range in
      sum + min(length, range.upperBound * BlobLimits.chunkBytes) - min(length, range.lowerBound * BlobLimits.chunkBytes)
    }
  }

  /// Ranges of bytes that are missing, ascending.
  /// - Parameter length: of the whole blob.
  public func missing(ofLength length: Int) -> [Range<Int>] {
    var missing: [Range<Int>] = []
    var start = 0
    func close(at end: Int) {
      var first = start
      if let begun, (start..<end).contains(begun.chunk * BlobLimits.chunkBytes) {
        let chunk = begun.chunk * BlobLimits.chunkBytes
        if first < chunk { missing.append(first..<chunk) }
        first = min(end, chunk + begun.bytes)
      }
      if first < end { missing.append(first..<end) }
    }
    for range in ranges {
      close(at: min(length, range.lowerBound * BlobLimits.chunkBytes))
      start = min(length, range.upperBound * BlobLimits.chunkBytes)
    }
    if start < length { close(at: length) }
    return missing
  }

  /// How many ranges begin at the number or before it.
  private func place(after number: Int) -> Int {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = low + (high - low) / 2
      if ranges[middle].lowerBound <= number { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: Encoding

  /// `[chunks, [first, count, first, count…], refusal, [chunk, bytes]]`, refusal and begun chunk null where there is
  /// none.
  public var encoded: [UInt8] {
    var writer = CBORWriter()
    writer.arrayHead(4)
    writer.unsigned(UInt64(chunkCount))
    writer.arrayHead(ranges.count * 2)
    for range in ranges {
      writer.unsigned(UInt64(range.lowerBound))
      writer.unsigned(UInt64(range.count))
    }
    if let refusal { writer.unsigned(refusal.rawValue) } else { writer.null() }
    if let begun {
      writer.arrayHead(2)
      writer.unsigned(UInt64(begun.chunk))
      writer.unsigned(UInt64(begun.bytes))
    } else {
      writer.null()
    }
    return writer.bytes
  }

  /// - Throws: `keyOrder` for ranges that do not ascend or touch each other.
  public init(decoding bytes: [UInt8]) throws(CBORReader.Failure) {
    var reader = CBORReader(bytes)
    try reader.array(of: 4)
    chunkCount = try reader.count(atMost: BlobLimits.chunksMax)
    let numbers = try reader.arrayHead(atMost: BlobLimits.rangesMax * 2)
    guard numbers.isMultiple(of: 2) else { throw .outOfRange }
    ranges = []
    for _ in 0..<(numbers / 2) {
      let first = try reader.count(atMost: BlobLimits.chunksMax)
      let count = try reader.count(atMost: BlobLimits.chunksMax)
      if let last = ranges.last, first <= last.upperBound { throw .keyOrder }
      guard count > 0, first + count <= chunkCount else { throw .outOfRange }
      ranges.append(first..<(first + count))
    }
    if reader.isNextNull {
      try reader.null()
    } else {
      guard let refusal = Refusal(rawValue: try reader.unsigned()) else { throw .outOfRange }
      self.refusal = refusal
    }
    if reader.isNextNull {
      try reader.null()
    } else {
      try reader.array(of: 2)
      let begun = Begun(
        chunk: try reader.count(atMost: BlobLimits.chunksMax), bytes: try reader.count(atMost: BlobLimits.chunkBytes - 1))
      guard begun.bytes > 0, begun.chunk < chunkCount, !contains(begun.chunk) else { throw .outOfRange }
      self.begun = begun
    }
    try reader.finish()
  }
}
