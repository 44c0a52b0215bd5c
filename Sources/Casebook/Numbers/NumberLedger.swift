/// What a replica knows of one series in one year: blocks leased, numbers on acts, numbers voided. Decides which number
/// comes next, which block may be leased out, and how every number is accounted for; reads and writes nothing.
///
/// A number is taken once seen on any act, standing or void, or in a void entry, and is never given again. Within a
/// block numbers only rise: a hole below the greatest used one stays a hole, because the act that bears it may be one
/// that has not come back to a restored replica.
public struct NumberLedger: Sendable, Hashable {
  /// A block a superior leased to an office, or the root office to itself.
  public struct Lease: Sendable, Hashable {
    /// Record id; its order is the order of issue.
    public let id: String
    public let block: NumberBlock
    /// Office that may use the numbers.
    public let office: String
    public let issuer: String

    public init(id: String, block: NumberBlock, office: String, issuer: String) {
      self.id = id
      self.block = block
      self.office = office
      self.issuer = issuer
    }
  }

  /// A number on an act.
  public struct Use: Sendable, Hashable {
    public let number: Int
    /// As printed.
    public let text: String
    /// Office whose node signed the act; empty when its key has no seat.
    public let office: String
    /// Record id.
    public let file: String
    public let act: String

    public init(number: Int, text: String, office: String, file: String, act: String) {
      self.number = number
      self.text = text
      self.office = office
      self.file = file
      self.act = act
    }
  }

  /// A number an office declared void (作废).
  public struct Void: Sendable, Hashable {
    public let number: Int
    public let office: String

    public init(number: Int, office: String) {
      self.number = number
      self.office = office
    }
  }

  /// How a number is accounted for, as one office sees it.
  public enum Standing: Sendable, Hashable {
    /// On at least one act, standing or void.
    case used
    case void
    /// Leased on to an office below, which accounts for it.
    case lent(to: String)
    /// In the office's block, still to come.
    case unused
    /// Passed over: smaller than one used, but on no act held here.
    case gap
    /// In no block of the office.
    case outside
  }

  /// Why a block may not be leased out.
  public enum LendingProblem: Sendable, Hashable {
    case overlaps(Lease)
    /// The number is on an act or void already, or was passed over.
    case spent(Int)
    /// The office, which is not the root, was itself not leased the number.
    case notHeld(Int)
  }

  /// Consecutive numbers that are accounted for alike.
  public struct Run: Sendable, Hashable {
    public let numbers: ClosedRange<Int>
    public let standing: Standing

    public init(numbers: ClosedRange<Int>, standing: Standing) {
      self.numbers = numbers
      self.standing = standing
    }
  }

  /// Numbers left at or below which an office is told to ask for more: about two busy weeks of a district, so that the
  /// next lease arrives by the next meeting even of an office that synchronises weekly.
  public static let lowWater = 10

  /// By order of issue.
  public let leases: [Lease]
  private let index: LeaseIndex
  /// By the office that may use the numbers.
  private let held: [String: LeaseIndex]
  /// By issuer: what it leased to other offices.
  private let lent: [String: LeaseIndex]
  private let usesByNumber: [Int: [Use]]
  private let voidsByNumber: [Int: [Void]]
  /// By lease: the greatest of its numbers that its office has used; none before the first.
  private let marks: [String: Int]

  /// - Parameter voids: one counts only where its office was leased the number: nobody voids another's.
  /// - Complexity: O(n log n) for n leases, uses and voids.
  public init(leases: [Lease], uses: [Use], voids: [Void]) {
    let leases = leases.sorted { ($0.id, $0.block.first) < ($1.id, $1.block.first) }
    let held = Dictionary(grouping: leases.indices) { leases[$0].office }.mapValues { LeaseIndex(leases, $0) }
    self.leases = leases
    self.held = held
    index = LeaseIndex(leases, Array(leases.indices))
    lent = Dictionary(grouping: leases.indices.filter { leases[$0].issuer != leases[$0].office }) { leases[$0].issuer }
      .mapValues { LeaseIndex(leases, $0) }
    usesByNumber = Dictionary(grouping: uses, by: \.number)
    let ownVoids = voids.filter { held[$0.office]?.positions(sharing: $0.number...$0.number).isEmpty == false }
    voidsByNumber = Dictionary(grouping: ownVoids, by: \.number)
    var marks: [String: Int] = [:]
    for use in uses {
      for position in held[use.office]?.positions(sharing: use.number...use.number) ?? [] {
        marks[leases[position].id] = max(marks[leases[position].id] ?? use.number, use.number)
      }
    }
    self.marks = marks
  }

  /// The acts that bear a number; more than one is a duplicate.
  public func uses(of number: Int) -> [Use] { usesByNumber[number] ?? [] }

  public func isVoid(_ number: Int) -> Bool { voidsByNumber[number] != nil }

  /// The leases of an office, by order of issue.
  private func leases(of office: String) -> [Lease] {
    (held[office]?.positions(sharing: 1...NumberBlock.numberMax) ?? []).map { leases[$0] }
  }

  // MARK: Taking

  /// The number the office's next document takes: one block is finished before the next is begun.
  public func next(for office: String) -> Int? {
    for lease in leases(of: office) {
      if let number = ahead(in: lease).first(where: { isFree($0, for: office) }) { return number }
    }
    return nil
  }

  /// How many numbers the office can still take. Blocks that overlap are counted once.
  public func remaining(for office: String) -> Int {
    var free: Set<Int> = []
    for lease in leases(of: office) {
      free.formUnion(ahead(in: lease).filter { isFree($0, for: office) })
    }
    return free.count
  }

  /// How many of a lease's numbers its office can still take.
  public func remaining(of lease: Lease) -> Int { ahead(in: lease).count { isFree($0, for: lease.office) } }

  /// The numbers of a lease above the greatest one its office has used.
  private func ahead(in lease: Lease) -> Range<Int> { (mark(in: lease) + 1)..<(lease.block.last + 1) }

  private func mark(in lease: Lease) -> Int { marks[lease.id] ?? lease.block.first - 1 }

  private func isFree(_ number: Int, for office: String) -> Bool {
    usesByNumber[number] == nil && !isVoid(number) && lessee(of: number, from: office) == nil
  }

  /// Office to which `office` leased the number on.
  private func lessee(of number: Int, from office: String) -> String? {
    lent[office]?.positions(sharing: number...number).first.map { leases[$0].office }
  }

  /// The leases of an office that hold the number, by order of issue.
  private func leases(holding number: Int, of office: String) -> [Lease] {
    (held[office]?.positions(sharing: number...number) ?? []).map { leases[$0] }
  }

  /// Whether the number is in a block of the office.
  func isHeld(_ number: Int, by office: String) -> Bool { !leases(holding: number, of: office).isEmpty }

  // MARK: Leasing

  /// Why an office may not lease a block out; `nil` when it may.
  ///
  /// The root has every number; any other office leases only of what it holds and has not passed. So blocks of offices
  /// that never meet are disjoint, whoever above them issued them.
  public func problem(leasing block: NumberBlock, by office: String, isRoot: Bool) -> LendingProblem? {
    let others = isRoot ? leases : leases.filter { $0.office != office }
    if let overlapped = others.first(where: { $0.block.overlaps(block) }) { return .overlaps(overlapped) }
    for number in block.numbers {
      switch standing(of: number, for: office) {
      case .used, .void, .gap: return .spent(number)
      case .outside where !isRoot: return .notHeld(number)
      case .outside where usesByNumber[number] != nil || isVoid(number): return .spent(number)
      case .outside, .unused, .lent: continue
      }
    }
    return nil
  }

  /// A lease that shares numbers with this one, unless one was leased out of the other.
  public func overlap(of lease: Lease) -> Lease? {
    index.positions(sharing: lease.block.numbers).lazy.map { leases[$0] }.first { other in
      other.id != lease.id && !Self.isSource(other, of: lease) && !Self.isSource(lease, of: other)
    }
  }

  /// Whether a lease's issuer leased it out of `other`. What the root leases to itself is for its own acts alone.
  private static func isSource(_ other: Lease, of lease: Lease) -> Bool {
    other.office == lease.issuer && other.issuer != other.office
  }

  // MARK: Accounting

  public func standing(of number: Int, for office: String) -> Standing {
    let uses = uses(of: number)
    if uses.contains(where: { $0.office == office }) { return .used }
    if let lessee = lessee(of: number, from: office) { return .lent(to: lessee) }
    let holding = leases(holding: number, of: office)
    if !uses.isEmpty, !holding.isEmpty { return .used }
    if holding.isEmpty { return .outside }
    if isVoid(number) { return .void }
    return holding.contains { number > mark(in: $0) } ? .unused : .gap
  }

  /// Every number that concerns the office, each once, ascending: those of its blocks, and those its acts bear outside
  /// them. A used or void number is a run of its own.
  public func runs(for office: String) -> [Run] {
    var numbers = Set(usesByNumber.filter { $0.value.contains { $0.office == office } }.keys)
    for lease in leases(of: office) { numbers.formUnion(lease.block.numbers) }
    var runs: [Run] = []
    for number in numbers.sorted() {
      let standing = standing(of: number, for: office)
      if let last = runs.last, last.standing == standing, standing != .used, standing != .void,
        last.numbers.upperBound == number - 1
      {
        runs[runs.count - 1] = Run(numbers: last.numbers.lowerBound...number, standing: standing)
      } else {
        runs.append(Run(numbers: number...number, standing: standing))
      }
    }
    return runs
  }
}
