import Casebook
import Casework
import Replication
import Testing

/// A superior's word on a conflict reaches the offices that hold the record, and no other.
@Suite("Resolved conflicts")
struct ResolutionTests {
  private struct Region {
    let city: Replica
    let east: Replica
    let west: Replica

    init() throws {
      city = try Replica.root("1305")
      east = try city.subordinate("130526", salt: 1)
      west = try city.subordinate("130527", salt: 2)
      try meet()
    }

    func meet() throws {
      for _ in 0..<2 {
        try city.meet(east)
        try city.meet(west)
      }
    }

    var all: [Replica] { [city, east, west] }
    func names(of id: RecordID) -> [String?] { all.map { $0.name(of: id) } }
  }

  private func conflicts(_ replica: Replica) throws -> [ConflictView] {
    guard case .conflicts(let views) = try replica.perform(.conflicts) else { throw CancellationError() }
    return views
  }

  /// Takes the value given, where it is not the one in force.
  private func resolve(_ replica: Replica, _ id: RecordID, to name: String) throws {
    let view = try #require(try conflicts(replica).first { $0.record == id.description })
    let choice = try #require(view.values.firstIndex { $0.value == name })
    try replica.perform(.conflictResolve(record: id.description, field: view.field, choice: choice))
    #expect(try conflicts(replica).isEmpty)
  }

  @Test("a district's record: the district learns the outcome, its sibling nothing")
  func district() throws {
    let region = try Region()
    let (city, east) = (region.city, region.east)
    let id = east.newID()
    try east.name(id, "一")
    try region.meet()
    try city.name(id, "市", for: .office(east.context.office))
    try east.name(id, "县")
    try region.meet()
    for replica in [city, east] { #expect(try conflicts(replica).count == 1) }
    try resolve(city, id, to: "县")
    try region.meet()
    for replica in region.all { #expect(try conflicts(replica).isEmpty) }
    #expect(region.names(of: id) == ["县", "县", nil])
  }

  @Test("a record every district holds: all of them learn the outcome")
  func everyone() throws {
    let region = try Region()
    let id = region.city.newID()
    try region.city.name(id, "一", for: .down)
    try region.meet()
    try region.east.name(id, "东")
    try region.west.name(id, "西")
    // The city's own write stands in the record beside theirs: its districts hold it.
    try region.city.write(
      [.record(RecordWrite(type: RecordType.subject.number, id: id, fields: [.init(number: 3, value: .text("企业"), replaces: [])]))],
      for: .down)
    try region.meet()
    #expect(try conflicts(region.city).count == 1)
    try resolve(region.city, id, to: "东")
    try region.meet()
    for replica in region.all { #expect(try conflicts(replica).isEmpty) }
    #expect(region.names(of: id) == ["东", "东", "东"])
  }

  @Test("a record two of three districts hold, each in a stream of its own: both learn it, the third does not")
  func several() throws {
    let region = try Region()
    let third = try region.city.subordinate("130528", salt: 3)
    let id = region.city.newID()
    try region.east.name(id, "东")
    try region.west.name(id, "西")
    try region.meet()
    try region.city.meet(third)
    try resolve(region.city, id, to: "西")
    try region.meet()
    try region.city.meet(third)
    for replica in region.all + [third] { #expect(try conflicts(replica).isEmpty) }
    #expect(region.names(of: id) + [third.name(of: id)] == ["西", "西", "西", nil])
    // A district that goes on from there makes no conflict again.
    try region.east.name(id, "新")
    try region.meet()
    #expect(region.names(of: id)[1] == "新")
  }

  @Test("a district settles a conflict with its superior for both")
  func upwards() throws {
    let region = try Region()
    let (city, east) = (region.city, region.east)
    let id = east.newID()
    try east.name(id, "一")
    try region.meet()
    try city.name(id, "市", for: .office(east.context.office))
    try east.name(id, "县")
    try region.meet()
    try resolve(east, id, to: "市")
    try region.meet()
    #expect(region.names(of: id) == ["市", "市", nil])
    for replica in region.all { #expect(try conflicts(replica).isEmpty) }
  }
}
