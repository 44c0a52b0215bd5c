import Casebook
import Casework
import Replication
import Testing

@Suite("A transfer across levels")
struct TransferAcrossLevelsTests {
  private func join(_ branch: Replica, under district: Replica) throws {
    try branch.forgetTree(of: district)
    try district.meet(branch)
    try branch.staff()
    try district.meet(branch)
  }

  /// The branch and its district meet, and the district goes on to everybody else.
  private func settle(_ region: Transferring, _ branch: Replica, under district: Replica) throws {
    for _ in 0..<2 {
      try district.meet(branch)
      try district.witness()
      try region.settle()
      try district.meet(branch)
    }
  }

  @Test("a superior's own file given to an office two levels below: it hands the file on itself")
  func downwards() throws {
    let region = try Transferring()
    let (city, west) = (region.city, region.west)
    let branch = try west.subordinate("130505-01", salt: 6)
    try join(branch, under: west)
    try region.settle()
    let file = try city.open("case")
    try city.act(file, "propose-filing", ["wang"], ["facts": "欠薪"])
    try city.transfer(file, to: "130505-01")
    try settle(region, branch, under: west)
    // The district between holds nothing of the city's own file but what passes through it.
    let id = try region.id(file)
    for office in [branch, west, region.province] { #expect(try office.folded(id) == city.folded(id)) }
    #expect(try branch.file(file).row.office == "130505-01")
    #expect(try branch.file(file).acts.map(\.act) == ["propose-filing", "transfer"])
    try branch.act(file, "review-filing", ["zhao"], ["opinion": "同意"])
    try settle(region, branch, under: west)
    for office in [branch, west, region.province] { #expect(try office.folded(id) == city.folded(id)) }
    #expect(region.east.storage.summaries().isEmpty && region.south.storage.summaries().isEmpty)
    for office in [branch, west, city] { #expect(try office.verifyProblems() == []) }
  }

  @Test("a district that took its branch's file over and gave it to the district beside: the takeover stands there too")
  func takenOverBeside() throws {
    let region = try Transferring()
    let (east, west) = (region.east, region.west)
    let branch = try east.subordinate("130526-01", salt: 5)
    try join(branch, under: east)
    let file = try branch.open("case")
    try branch.act(file, "propose-filing", ["wang"], ["facts": "欠薪"])
    try settle(region, branch, under: east)
    try east.act(file, "takeover", ["sun"], ["takeoverReason": "重大"])
    try east.transfer(file, to: "130505")
    try settle(region, branch, under: east)
    let id = try region.id(file)
    for office in [west, region.province] { #expect(try office.folded(id) == region.city.folded(id)) }
    let view = try west.file(file)
    #expect(view.row.office == "130505" && view.acts.allSatisfy(\.stands))
    try west.act(file, "review-filing", ["zhao"], ["opinion": "同意"])
    try settle(region, branch, under: east)
    #expect(try west.folded(id) == region.city.folded(id))
    for office in [west, east, region.city] { #expect(try office.verifyProblems() == []) }
  }

  @Test("given to a branch beside by one's own branch, taken over there and given to oneself: it is one file")
  func backToOneself() throws {
    let region = try Transferring()
    let (east, west) = (region.east, region.west)
    let branch = try east.subordinate("130526-01", salt: 5)
    try join(branch, under: east)
    let beside = try west.subordinate("130505-01", salt: 6)
    try join(beside, under: west)
    let file = try branch.open("case")
    try branch.act(file, "propose-filing", ["wang"], ["facts": "欠薪"])
    try branch.transfer(file, to: "130505-01")
    try settle(region, branch, under: east)
    try settle(region, beside, under: west)
    try west.act(file, "takeover", ["sun"], ["takeoverReason": "重大"])
    try west.transfer(file, to: "130526")
    for _ in 0..<2 { try settle(region, branch, under: east) }
    let id = try region.id(file)
    // The east reads its branch's transfer itself, and who it was to stands in no entry that it is handed.
    let view = try east.file(file)
    #expect(view.row.office == "130526" && view.acts.allSatisfy(\.stands))
    #expect(try east.folded(id) == region.city.folded(id))
    #expect(east.storage.summary(of: id) == region.city.storage.summary(of: id))
    for office in [east, west, region.city] { #expect(try office.verifyProblems() == []) }
  }

  @Test("taken back from an office below that had done nothing, and given to the district beside: it stands there too")
  func takenBack() throws {
    let region = try Transferring()
    let (east, west) = (region.east, region.west)
    let branch = try east.subordinate("130526-01", salt: 5)
    try join(branch, under: east)
    let file = try region.filedCase()
    try east.transfer(file, to: "130526-01")
    try settle(region, branch, under: east)
    try east.act(file, "takeover", ["sun"], ["takeoverReason": "重大"])
    try east.transfer(file, to: "130505")
    try settle(region, branch, under: east)
    let id = try region.id(file)
    for office in [west, region.province] { #expect(try office.folded(id) == region.city.folded(id)) }
    let view = try west.file(file)
    #expect(view.row.office == "130505" && view.acts.allSatisfy(\.stands))
    #expect(west.context.tree.guest(branch.context.office)?.keys == [])
    for office in [west, east, region.city] { #expect(try office.verifyProblems() == []) }
  }
}
