import Replication
import TestKit
import Testing

/// A field's state depends on the set of writes alone: every order of small sets, against a model that looks at the
/// whole set at once.
@Suite("Every order of writes of one field")
struct RegisterOrderTests {
  struct Write: Hashable {
    let value: FieldValue
    let stamp: WriteStamp
    let replaces: [WriteStamp]
  }

  private static func stamp(_ time: UInt64, _ author: UInt64) -> WriteStamp {
    WriteStamp(time: HybridTimestamp(rawValue: time), author: author)
  }

  /// Authors from 9 on are superiors.
  private static func rank(_ author: UInt64) -> Int { author >= 9 ? 2 : 1 }

  private static func merged(_ writes: some Sequence<Write>, into state: RegisterState = RegisterState()) -> RegisterState {
    var state = state
    for write in writes { state.apply(write.value, stamp: write.stamp, replacing: write.replaces, rank: rank) }
    return state
  }

  /// What the set of writes means, told without a state.
  private static func model(_ writes: Set<Write>) -> RegisterState {
    let last = Dictionary(grouping: writes, by: \.stamp.author).values.compactMap { ofOne in
      ofOne.map { RegisterState.Version(stamp: $0.stamp, value: $0.value, replaces: $0.replaces) }.max { left, right in
        if left.stamp != right.stamp { return left.stamp < right.stamp }
        if left.value != right.value { return left.value.encoded.lexicographicallyPrecedes(right.value.encoded) }
        return left.replaces.lexicographicallyPrecedes(right.replaces)
      }
    }
    let kept = last.sorted { (rank($0.stamp.author), $0.stamp) > (rank($1.stamp.author), $1.stamp) }
      .prefix(RegisterState.authorsMax)
    let gone = kept.filter { version in kept.contains { $0.replaces.contains(version.stamp) } }
    let standing = gone.count == kept.count ? Array(kept) : kept.filter { !gone.contains($0) }
    let isOverwritten = writes.contains { !$0.replaces.isEmpty }
      || Set(writes.map { Write(value: $0.value, stamp: $0.stamp, replaces: []) }).count > last.count
      || last.count >= RegisterState.authorsMax
    return RegisterState(
      versions: standing, replaced: gone.count == kept.count ? [] : gone.sorted { $0.stamp < $1.stamp },
      isOverwritten: isOverwritten)
  }

  private static func permutations<Element>(_ list: [Element]) -> [[Element]] {
    guard let first = list.first else { return [[]] }
    return permutations(Array(list.dropFirst())).flatMap { rest in
      (0...rest.count).map { rest.prefix($0) + [first] + rest.suffix(rest.count - $0) }
    }
  }

  /// Two offices and a superior, two times, two values; each write replaces nothing, one of the others' writes (which may
  /// not exist), one of its own, or several.
  private static let authors: [UInt64] = [1, 2, 9]
  private static let universe: [Write] = authors.flatMap { author -> [Write] in
    let others = authors.filter { $0 != author }
    let choices: [[WriteStamp]] = [
      [], [stamp(1, others[0])], [stamp(2, others[1])], [stamp(1, others[0]), stamp(1, others[1])], [stamp(1, author)],
    ]
    return ([1, 2] as [UInt64]).flatMap { time -> [Write] in
      choices.flatMap { replaces in
        ["a", "b"].map { Write(value: .text($0), stamp: stamp(time, author), replaces: replaces) }
      }
    }
  }

  @Test("all triples of a small universe in every order, as the model says")
  func small() {
    let universe = Self.universe
    var wrong = 0
    var count = 0
    for first in universe.indices {
      for second in universe.indices.dropFirst(first) {
        for third in universe.indices.dropFirst(second) {
          let writes = [universe[first], universe[second], universe[third]]
          let expected = Self.model(Set(writes))
          count += 1
          if !Self.permutations(writes).allSatisfy({ Self.merged($0) == expected }) { wrong += 1 }
        }
      }
    }
    #expect(wrong == 0)
    #expect(count == universe.count * (universe.count + 1) * (universe.count + 2) / 6)
  }

  @Test("sets of six writes in all 720 orders, some of them twice", arguments: 1...25 as ClosedRange<UInt64>)
  func six(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let writes = Array(Self.universe.shuffled(using: &random).prefix(6))
    let expected = Self.model(Set(writes))
    for order in Self.permutations(writes) where Self.merged(order) != expected {
      Issue.record("seed \(seed): \(order)")
      return
    }
    #expect(Self.merged(writes + writes.reversed()) == expected)
  }

  @Test("at the limit of authors: six writes in all orders, before and after the others, as the model says")
  func limit() {
    let crowd = (0..<UInt64(RegisterState.authorsMax - 2)).map { index in
      Write(value: .integer(Int64(index)), stamp: Self.stamp(5 + index % 7, 100_000 + index), replaces: [])
    }
    // Below the crowd in rank, above it by clock; the same author twice; one of the crowd again; a replacing write.
    let writes = [
      Write(value: .text("low"), stamp: Self.stamp(1, 1), replaces: []),
      Write(value: .text("low again"), stamp: Self.stamp(900, 1), replaces: [Self.stamp(5, 100_000)]),
      Write(value: .text("low too"), stamp: Self.stamp(950, 2), replaces: []),
      Write(value: .text("high"), stamp: Self.stamp(1, 50), replaces: [Self.stamp(900, 1)]),
      Write(value: .text("crowd"), stamp: Self.stamp(2, 100_003), replaces: []),
      Write(value: .text("high too"), stamp: Self.stamp(1, 51), replaces: []),
    ]
    let expected = Self.model(Set(crowd + writes))
    #expect(expected.versions.count + expected.replaced.count == RegisterState.authorsMax)
    let base = Self.merged(crowd)
    #expect(Self.permutations(writes).allSatisfy { Self.merged($0, into: base) == expected })
    for (index, order) in Self.permutations(writes).enumerated() where index.isMultiple(of: 90) {
      #expect(Self.merged(order + crowd.reversed()) == expected)
      #expect(Self.merged(crowd.prefix(30) + order + crowd.dropFirst(30)) == expected)
    }
  }

  @Test("a subordinate that writes and names without end evicts its own values only, and the state stays small")
  func hostile() {
    let order = Write(value: .text("order"), stamp: Self.stamp(50, 9), replaces: [])
    let honest = Write(value: .text("honest"), stamp: Self.stamp(40, 2), replaces: [])
    var attack: [Write] = []
    for time in 1...300 as ClosedRange<UInt64> {
      // Stamps the others never wrote, far in their future, and authors who do not exist.
      let made = (0..<16).flatMap { [Self.stamp(1_000_000 + time * 16 + $0, 9), Self.stamp(60 + $0, 1_000 + time * 16 + $0)] }
      attack.append(Write(value: .text("\(time)"), stamp: Self.stamp(time, 1), replaces: made))
    }
    let state = Self.merged(attack.prefix(150) + [order, honest] + attack.dropFirst(150))
    #expect(state == Self.merged([honest] + attack.reversed() + [order]))
    #expect(state.versions.map(\.value) == [.text("order"), .text("300"), .text("honest")])
    #expect(state.replaced.isEmpty)
    // A crowd of keys below the others: pushed out are its own and its equals', never those above.
    let crowd = (0..<300).map { Write(value: .null, stamp: Self.stamp(1_000, 2_000 + $0), replaces: []) }
    var crowded = state
    for write in crowd { crowded.apply(write.value, stamp: write.stamp, replacing: [], rank: { $0 >= 2_000 ? 0 : Self.rank($0) }) }
    #expect(crowded.versions.prefix(3) == state.versions.prefix(3))
    #expect(crowded.versions.count == RegisterState.authorsMax)
  }

  @Test("what was replaced stays replaced when its author's later writes and the replacing author's come and go")
  func staysReplaced() {
    // The city orders, the county answers it, the township answers the county; each names all it knows.
    var state = RegisterState()
    var writes: [Write] = []
    for (time, author) in [(1, 9), (2, 1), (3, 2), (4, 1), (5, 2), (6, 1)] as [(UInt64, UInt64)] {
      let write = Write(value: .integer(Int64(time)), stamp: Self.stamp(time, author), replaces: state.stamps(besides: author))
      writes.append(write)
      state = Self.merged([write], into: state)
      #expect(state.versions.map(\.value) == [write.value])
    }
    #expect(Self.permutations(writes).allSatisfy { Self.merged($0) == state })
  }

  @Test("two keys that sign one stamp twice to replace each other do not empty a field")
  func circle() {
    let writes = [
      Write(value: .text("a"), stamp: Self.stamp(1, 1), replaces: []),
      Write(value: .text("b"), stamp: Self.stamp(2, 2), replaces: [Self.stamp(1, 1)]),
      Write(value: .text("c"), stamp: Self.stamp(1, 1), replaces: [Self.stamp(2, 2)]),
    ]
    let expected = Self.model(Set(writes))
    #expect(expected.versions.count == 2)
    #expect(Self.permutations(writes).allSatisfy { Self.merged($0) == expected })
  }

  /// Orders a version by what a state would order it by.
  private struct Placed: Hashable {
    let version: RegisterState.Version
    let clamp: HybridTimestamp
  }

  @Test("the order of standing values is total: over ranks, clamped times, stamps, authors and values")
  func comparator() {
    let universe = ([1, 2, 9, 10] as [UInt64]).flatMap { author in
      ([1, 2, 3] as [UInt64]).flatMap { time in
        (1...time).flatMap { clamp -> [Placed] in
          ["x", "y"].map { value in
            Placed(
              version: .init(stamp: Self.stamp(time, author), value: .text(value)),
              clamp: HybridTimestamp(rawValue: clamp))
          }
        }
      }
    }
    #expect(universe.count == 48)
    func precedes(_ left: Placed, _ right: Placed) -> Bool {
      var state = RegisterState(versions: [right.version, left.version], replaced: [])
      state.sort(rank: Self.rank) { $0 == left.version.stamp ? left.clamp : right.clamp }
      return state.versions[0] == left.version
    }
    // Values of one author never stand beside each other.
    let table = universe.map { left in
      universe.map { right in left.version.stamp.author == right.version.stamp.author ? nil : precedes(left, right) }
    }
    var faults = 0
    for a in universe.indices {
      for b in universe.indices {
        guard let first = table[a][b], let second = table[b][a] else { continue }
        if first == second { faults += 1 }
        for c in universe.indices where first && table[b][c] == true && table[a][c] == false { faults += 1 }
      }
    }
    #expect(faults == 0)
  }
}
