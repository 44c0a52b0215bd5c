import Replication
import Testing

@Suite("Merging writes of one field")
struct MergeTests {
  struct Write: Hashable {
    let value: String
    let stamp: WriteStamp
    let replaces: [WriteStamp]
  }

  private func stamp(_ time: UInt64, _ author: UInt64) -> WriteStamp {
    WriteStamp(time: HybridTimestamp(milliseconds: time), author: author)
  }

  /// Author 9 is a superior.
  private func rank(_ author: UInt64) -> Int { author == 9 ? 2 : 1 }

  private func merged(_ writes: [Write]) -> RegisterState {
    var state = RegisterState()
    for write in writes {
      state.apply(.text(write.value), stamp: write.stamp, replacing: write.replaces, rank: rank)
    }
    return state
  }

  private func permutations<Element>(_ list: [Element]) -> [[Element]] {
    guard let first = list.first else { return [[]] }
    return permutations(Array(list.dropFirst())).flatMap { rest in
      (0...rest.count).map { rest.prefix($0) + [first] + rest.suffix(rest.count - $0) }
    }
  }

  @Test("any order of six writes gives one state; replaced values never return")
  func order() {
    let writes = [
      Write(value: "a", stamp: stamp(1, 1), replaces: []),
      Write(value: "b", stamp: stamp(2, 2), replaces: [stamp(1, 1)]),
      Write(value: "c", stamp: stamp(3, 3), replaces: [stamp(1, 1)]),
      Write(value: "d", stamp: stamp(2, 9), replaces: [stamp(1, 1)]),
      Write(value: "e", stamp: stamp(9, 1), replaces: [stamp(2, 2)]),
      Write(value: "f", stamp: stamp(4, 4), replaces: [stamp(9, 1), stamp(3, 3)]),
    ]
    let expected = merged(writes)
    #expect(expected.versions.map(\.value) == [.text("d"), .text("f")])
    #expect(permutations(writes).allSatisfy { merged($0) == expected })
  }

  @Test("among concurrent values the superior's wins over a later stamp, and a resolving write ends the conflict")
  func authority() {
    let concurrent = [
      Write(value: "district", stamp: stamp(100, 1), replaces: []),
      Write(value: "city", stamp: stamp(1, 9), replaces: []),
    ]
    let state = merged(concurrent)
    #expect(state.winner?.value == .text("city"))
    #expect(state.isInConflict)
    let resolved = merged(
      concurrent + [Write(value: "district", stamp: stamp(101, 1), replaces: state.stamps)])
    #expect(resolved.winner?.value == .text("district"))
    #expect(!resolved.isInConflict)
  }

  @Test("the order of values is total over a small universe: antisymmetric and transitive")
  func comparator() {
    let universe = [1, 2, 9].flatMap { author in [1, 2].map { time in stamp(UInt64(time), UInt64(author)) } }
    func first(_ left: WriteStamp, _ right: WriteStamp) -> WriteStamp? {
      merged([Write(value: "x", stamp: left, replaces: []), Write(value: "y", stamp: right, replaces: [])]).winner?.stamp
    }
    for a in universe {
      for b in universe where b != a {
        #expect(first(a, b) == first(b, a))
        for c in universe where c != a && c != b {
          if first(a, b) == a, first(b, c) == b { #expect(first(a, c) == a) }
        }
      }
    }
  }

  @Test("a hostile author cannot grow a field without end")
  func bounded() {
    var concurrent = RegisterState()
    for time in 1...200 as ClosedRange<UInt64> {
      concurrent.apply(.text("\(time)"), stamp: stamp(time, 5), replacing: [], rank: rank)
    }
    #expect(concurrent.versions.count == RegisterState.versionsMax)
    var overwritten = RegisterState()
    for time in 1...200 as ClosedRange<UInt64> {
      overwritten.apply(.text("\(time)"), stamp: stamp(time + 1, 5), replacing: [stamp(time, 5)], rank: rank)
    }
    #expect(overwritten.versions.map(\.value) == [.text("200")])
    #expect(overwritten.replaced.count == RegisterState.replacedMax)
    // What was replaced long ago stays replaced when it arrives again.
    overwritten.apply(.text("old"), stamp: stamp(3, 5), replacing: [], rank: rank)
    #expect(overwritten.versions.map(\.value) == [.text("200")])
  }

  @Test("a row's stamps and losers survive storage, shared or not")
  func rowStorage() throws {
    var row = RecordRow(type: 1, id: .zero)
    let shared = RecordWrite(
      type: 1, id: .zero,
      fields: [.init(number: 1, value: .text("x"), replaces: []), .init(number: 2, value: .integer(3), replaces: [])])
    row.apply(shared, stamp: stamp(1, 1), rank: rank)
    for write in [nil, ("y", stamp(2, 2)), ("z", stamp(3, 9))] as [(String, WriteStamp)?] {
      if let write {
        row.apply(
          RecordWrite(type: 1, id: .zero, fields: [.init(number: 1, value: .text(write.0), replaces: [stamp(7, 7)])]),
          stamp: write.1, rank: rank)
      }
      let stored = row
      let read = try RecordRow(type: 1, id: .zero, stampBytes: row.stampBytes) { stored.value($0) }
      #expect(read == row)
    }
  }
}
