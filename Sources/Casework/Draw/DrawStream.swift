/// Numbers that follow from seed, nonce and round alone: blocks `hash(domain, seed, nonce, round, counter)`,
/// counter from 0, read as 32-bit big-endian words.
///
/// The hash is one of 32 bytes whose outputs look random; a constant one could make `below` run forever.
struct DrawStream {
  private let prefix: DrawEncoding
  private let hash: ([UInt8]) -> [UInt8]
  private var counter = 0
  private var block: ArraySlice<UInt8> = []

  init(
    _ domain: DrawEncoding.Domain, seed: [UInt8], nonce: [UInt8], round: Int,
    hash: @escaping ([UInt8]) -> [UInt8]
  ) {
    var prefix = DrawEncoding(domain)
    prefix.append(seed)
    prefix.append(nonce)
    prefix.append(round)
    self.prefix = prefix
    self.hash = hash
  }

  /// A number from 0 up to, not including, `bound`, all equally likely: words in the last, incomplete multiple
  /// of `bound` are passed over. Nothing is read for a bound of 1.
  ///
  /// - Parameter bound: 1 to 2³².
  mutating func below(_ bound: Int) -> Int {
    if bound == 1 { return 0 }
    let complete = (1 << 32) / bound * bound
    while true {
      let word = word()
      if word < complete { return word % bound }
    }
  }

  /// Moves `count` of `pool`, in random order, to its front (Fisher–Yates, broken off).
  mutating func draw<Element>(_ count: Int, of pool: [Element]) -> ArraySlice<Element> {
    var pool = pool
    for index in 0..<count { pool.swapAt(index, index + below(pool.count - index)) }
    return pool.prefix(count)
  }

  private mutating func word() -> Int {
    if block.isEmpty {
      var message = prefix
      message.append(counter)
      counter += 1
      block = hash(message.bytes)[...]
    }
    defer { block = block.dropFirst(4) }
    return block.prefix(4).reduce(0) { $0 << 8 | Int($1) }
  }
}
