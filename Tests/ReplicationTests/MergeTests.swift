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

  private func expectStored(_ row: RecordRow) throws {
    let read = try RecordRow(type: 1, id: .zero, stampBytes: row.stampBytes) { row.value($0) }
    #expect(read == row)
    #expect(read.stampBytes == row.stampBytes)
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
      try expectStored(row)
    }
    // One author writes all fields again, then one of them, then another office does.
    row = RecordRow(type: 1, id: .zero)
    row.apply(shared, stamp: stamp(1, 1), rank: rank)
    #expect(row.stampBytes.count < 20)
    row.apply(shared, stamp: stamp(2, 1), rank: rank)
    try expectStored(row)
    #expect(row.stampBytes.count < 24)
    row.apply(RecordWrite(type: 1, id: .zero, fields: [shared.fields[0]]), stamp: stamp(3, 1), rank: rank)
    try expectStored(row)
    row.apply(
      RecordWrite(type: 1, id: .zero, fields: [.init(number: 1, value: .null, replaces: row.fields[1]?.stamps(besides: 9) ?? [])]),
      stamp: stamp(4, 9), rank: rank)
    try expectStored(row)
    #expect(row.fields[1]?.replaced.map(\.stamp) == [stamp(3, 1)])
    try expectStored(RecordRow(type: 1, id: .zero))
  }

  @Test("a field number no record type will have is refused, so that a row of unknown fields ends somewhere")
  func fieldNumbers() throws {
    func read(_ number: UInt64) throws -> [Change] {
      let field = RecordWrite.Field(number: number, value: .null, replaces: [])
      return try Entry.changes(ofPayload: Entry.payload(of: [.record(RecordWrite(type: 1, id: .zero, fields: [field]))]))
    }
    #expect(try read(LogLimits.fieldNumberMax).count == 1)
    #expect(throws: CBORReader.Failure.outOfRange) { try read(LogLimits.fieldNumberMax + 1) }
    var row = RecordRow(type: 1, id: .zero)
    for number in 0...LogLimits.fieldNumberMax {
      let field = RecordWrite.Field(number: number, value: .integer(1), replaces: [])
      row.apply(RecordWrite(type: 1, id: .zero, fields: [field]), stamp: stamp(number, 1), rank: rank)
    }
    try expectStored(row)
  }
}
