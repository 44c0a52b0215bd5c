/// Finds the leases that share numbers with a block without looking at each of them.
///
/// The blocks by their first number, read as a balanced tree whose nodes know how far their branch reaches.
/// - Complexity: O(n log n) to build; a question costs O(log n) and what it finds.
struct LeaseIndex: Sendable, Hashable {
  private struct Entry: Sendable, Hashable {
    var block: NumberBlock
    /// Of the lease in the ledger's order.
    var position: Int
  }

  private let entries: [Entry]
  /// By node, the middle of its branch: the greatest number of any block in the branch.
  private let reach: [Int]

  /// - Parameter positions: of the leases to be found, in the ledger's order.
  init(_ leases: [NumberLedger.Lease], _ positions: [Int]) {
    let entries = positions.map { Entry(block: leases[$0].block, position: $0) }
      .sorted { ($0.block.first, $0.position) < ($1.block.first, $1.position) }
    var reach = entries.map(\.block.last)
    _ = Self.measure(0..<entries.count, &reach)
    self.entries = entries
    self.reach = reach
  }

  /// Positions of the leases with a number in the range, ascending.
  func positions(sharing numbers: ClosedRange<Int>) -> [Int] {
    var found: [Int] = []
    find(numbers, in: 0..<entries.count, &found)
    return found.sorted()
  }

  private func find(_ numbers: ClosedRange<Int>, in branch: Range<Int>, _ found: inout [Int]) {
    let node = Self.node(of: branch)
    guard !branch.isEmpty, reach[node] >= numbers.lowerBound else { return }
    find(numbers, in: branch.lowerBound..<node, &found)
    let entry = entries[node]
    // Whatever follows begins later still.
    guard entry.block.first <= numbers.upperBound else { return }
    if entry.block.last >= numbers.lowerBound { found.append(entry.position) }
    find(numbers, in: (node + 1)..<branch.upperBound, &found)
  }

  private static func node(of branch: Range<Int>) -> Int { branch.lowerBound + branch.count / 2 }

  private static func measure(_ branch: Range<Int>, _ reach: inout [Int]) -> Int? {
    guard !branch.isEmpty else { return nil }
    let node = node(of: branch)
    let below = [
      measure(branch.lowerBound..<node, &reach), measure((node + 1)..<branch.upperBound, &reach),
    ]
    reach[node] = below.compactMap { $0 }.reduce(reach[node], max)
    return reach[node]
  }
}
