import Casebook
import Casework
import Replication
import Testing

@Suite("Merging subjects")
struct SubjectMergeTests {
  /// Two records of one unit, each with a visit, and a third unit.
  private func region() throws -> CountingOffice {
    let office = try CountingOffice()
    try office.go(to: "2026-03-10")
    try office.city.staff()
    try office.county.add("长城玩具", code: Codes.first, kind: "training")
    try office.county.add("任县长城厂", code: Codes.second, kind: "training", address: "东街")
    try office.county.add("盛达", kind: "training")
    try office.visit("training", "routine", "长城玩具", on: "2026-03-10")
    try office.visit("training", "routine", "任县长城厂", on: "2026-03-11")
    return office
  }

  @Test("the survivor shows the files and history of both; both codes and names find it; the other stays readable")
  func history() throws {
    let office = try region()
    let county = office.county
    let view = try county.merge("长城玩具", Codes.second, because: "更名")
    #expect(view.warnings.count == 1)
    #expect(view.warnings.first?.zh.contains(Codes.first) == true)
    for reference in ["长城玩具", "任县长城厂", Codes.first, Codes.second.lowercased()] {
      let view = try county.subject(reference)
      #expect(view.subject.name == "任县长城厂")
      #expect(view.others.map(\.name) == ["长城玩具"])
      #expect(view.others.first?.mergedInto?.code == Codes.second)
      #expect(view.files.map(\.file.openedOn) == ["2026-03-11", "2026-03-10"])
      #expect(view.files.map(\.regime.zh) == ["定点培训机构", "定点培训机构"])
      #expect(view.files.map(\.closedOn) == ["2026-03-11", "2026-03-10"])
      #expect(view.visits.map { [$0.opened, $0.counted, $0.ceiling] } == [[2, 2, 2]])
      #expect(view.merges.map(\.made.reason) == ["更名"])
      #expect(view.merges.first?.made.officer == "zhang")
    }
    #expect(try county.subject("盛达").files.isEmpty)
    #expect(try county.subjects("长城玩具").map(\.name) == ["长城玩具", "任县长城厂"])
    // A file opened under the merged name is the survivor's.
    let opened = try office.open("training", check: "special", unit: "长城玩具", on: "2026-03-12").file.number
    #expect(try county.file(opened).subject == "任县长城厂")
    try county.add("长城教育", code: Codes.first)
    #expect(try county.subject("长城教育").subject.name == "任县长城厂")
    #expect(try county.subject("长城玩具").others.first?.formerNames == ["长城玩具"])
  }

  @Test("coverage, the ceiling and the draw count the two as one, and as two again after the undoing")
  func counting() throws {
    let office = try region()
    try office.go(to: "2026-03-12")
    func open(_ unit: String) throws { _ = try office.open("training", check: "routine", unit: unit, on: "2026-03-12") }
    #expect(try office.row("training", "share").base == 3)
    #expect(try office.row("training", "units").done == 1)
    #expect(try office.county.subject("长城玩具").visits.map(\.counted) == [1])
    try office.county.merge("长城玩具", "任县长城厂")
    #expect(try office.row("training", "share").base == 2)
    #expect(refusal { try open("长城玩具") } == "over-ceiling")
    #expect(refusal { try open("任县长城厂") } == "over-ceiling")
    // One more with a reason is one above the ceiling, whichever record it names.
    _ = try office.open("training", check: "routine", unit: Codes.first, on: "2026-03-12", because: "举报线索")
    #expect(try office.row("training", "visits").overCeiling == 1)
    try office.county.unmerge("长城玩具")
    #expect(try office.row("training", "share").base == 3)
    #expect(try office.row("training", "visits").overCeiling == 0)
    try open("长城玩具")
    let view = try office.county.subject("长城玩具")
    #expect(view.subject.name == "长城玩具")
    #expect(view.files.count == 2)
    #expect(view.merges.map(\.undone?.reason) == ["误并"])
  }

  @Test("two visits of one day to two records of one unit are one unit's")
  func oneDay() throws {
    let office = try region()
    try office.visit("training", "routine", "盛达", on: "2026-03-10")
    try office.visit("training", "routine", "任县长城厂", on: "2026-03-10")
    try office.visit("training", "routine", "盛达", on: "2026-03-11")
    try office.go(to: "2026-03-12")
    #expect(try office.row("training", "units").done == 2)
    try office.county.merge("长城玩具", "任县长城厂")
    #expect(try office.row("training", "units").done == 2)
    try office.county.merge("盛达", "任县长城厂")
    #expect(try office.row("training", "units").done == 1)
  }

  @Test("a natural person is no unit of an indicator")
  func persons() throws {
    let office = try CountingOffice()
    try office.go(to: "2026-03-10")
    try office.register(["甲", "乙"])
    #expect(try office.row("hours", "quarter").base == 2)
    try office.county.add("王伟", kind: "自然人", number: "11010519491231002X")
    #expect(try office.row("hours", "quarter").base == 2)
  }

  @Test("what cannot be merged, and by whom")
  func refusals() throws {
    let office = try region()
    let (city, county) = (office.city, office.county)
    try county.add("王伟", kind: "person", number: "11010519491231002X")
    #expect(refusal { try county.merge("长城玩具", "王伟") } == "person-and-unit")
    #expect(refusal { try county.merge("长城玩具", Codes.first) } == "already-merged")
    #expect(refusal { try county.merge("长城玩具", "盛达", because: " ") } == "reason")
    #expect(refusal { try county.merge("长城玩具", "没有") } == "unknown-subject")
    #expect(refusal { try county.unmerge("长城玩具") } == "not-merged")
    #expect(refusal { try county.unmerge("没有") } == "unknown-subject")
    // Two of one name: by id.
    try county.add("盛达", kind: "employer")
    #expect(refusal { try county.merge("盛达", "长城玩具") } == "ambiguous-subject")
    let ids = try county.subjects("盛达").map(\.id)
    #expect(try county.merge(ids[1], ids[0]).warnings.first?.zh.contains("employer") == true)
    #expect(refusal { try county.merge("盛达", ids[1]) } == "already-merged")
    // The bureau above merges the county's records, and the county learns of it; to undo it is the bureau's.
    try city.meet(county)
    try city.merge("长城玩具", "任县长城厂")
    try city.meet(county)
    #expect(try county.subject("长城玩具").subject.name == "任县长城厂")
    #expect(refusal { try county.unmerge("长城玩具") } == "merged-above")
    try city.unmerge("长城玩具")
    try city.meet(county)
    #expect(try county.subject("长城玩具").subject.name == "长城玩具")
    // A county's own merge is undone above.
    try city.unmerge(ids[1])
    try city.meet(county)
    #expect(try county.subject(ids[1]).subject.id == ids[1])
  }

  @Test("what an office says of another branch's register counts for nothing, nor a subordinate's undoing")
  func authority() throws {
    let office = try region()
    let other = try office.city.subordinate("130505", salt: 2)
    try office.city.meet(office.county)
    try office.city.send(to: other)
    let ids = try office.county.subjects().map(\.id)
    func forged(_ id: RecordID, _ values: [(UInt64, String)], replacing row: RecordRow? = nil) -> Change {
      .record(
        RecordWrite(
          type: RecordType.subjectMerge.number, id: id,
          fields: values.map { field, value in
            RecordWrite.Field(number: field, value: .text(value), replaces: row?.fields[field]?.stamps ?? [])
          }))
    }
    try other.record([forged(other.newID(), [(1, ids[0]), (2, ids[1]), (3, "x")])], for: .up)
    try office.city.meet(other)
    #expect(office.city.storage.rows(RecordType.subjectMerge.number).count == 1)
    #expect(try office.city.subject("长城玩具").subject.name == "长城玩具")
    try office.city.merge("长城玩具", "任县长城厂")
    try office.city.meet(office.county)
    let merge = try #require(
      office.county.storage.rows(RecordType.subjectMerge.number).first { $0.text(1) == ids[0] })
    try office.county.record([forged(merge.id, [(6, "误")], replacing: merge)], for: .up)
    try office.city.meet(office.county)
    for replica in [office.city, office.county] {
      #expect(try replica.subject("长城玩具").subject.name == "任县长城厂")
    }
  }
}

@Suite("Merges made apart")
struct ConcurrentMergeTests {
  private struct Region {
    let province: Replica
    let city: Replica
    let county: Replica
    var all: [Replica] { [province, city, county] }

    init(_ names: [String]) throws {
      province = try Replica.root("13")
      city = try province.subordinate("1305", salt: 1)
      try province.send(to: city)
      county = try city.subordinate("130526", salt: 2)
      try city.send(to: county)
      for office in all { try office.staff() }
      for name in names { try county.add(name) }
      try meet()
    }

    func meet() throws {
      for _ in 0..<2 {
        try city.meet(county)
        try province.meet(city)
      }
    }

    /// What every office holds of it, which must be the same.
    func survivors() throws -> [String: String] {
      let seen = try all.map { try $0.survivors() }
      #expect(seen[0] == seen[1])
      #expect(seen[1] == seen[2])
      // A survivor was not merged itself: no chains, no circles.
      for (name, survivor) in seen[2] { #expect(seen[2][survivor] == survivor, "\(name) → \(survivor)") }
      return seen[2]
    }
  }

  @Test("opposite directions at two offices: one survivor, the higher office's, and both can be undone")
  func opposite() throws {
    for cityFirst in [true, false] {
      let region = try Region(["甲", "乙", "丙"])
      let merges = [
        { _ = try region.city.merge("甲", "乙") }, { _ = try region.county.merge("乙", "甲") },
      ]
      for merge in cityFirst ? merges : merges.reversed() { try merge() }
      try region.meet()
      #expect(try region.survivors() == ["甲": "乙", "乙": "乙", "丙": "丙"])
      #expect(try region.county.subject("甲").merges.count == 2)
      #expect(refusal { try region.city.unmerge("乙") } == "not-merged")
      try region.city.unmerge("甲")
      try region.meet()
      #expect(try region.survivors() == ["甲": "甲", "乙": "乙", "丙": "丙"])
    }
  }

  @Test("a circle over three offices, two survivors chosen for one record, and a chain that nobody made alone")
  func circle() throws {
    let circle = try Region(["甲", "乙", "丙"])
    try circle.county.merge("甲", "乙")
    try circle.city.merge("乙", "丙")
    try circle.province.merge("丙", "甲")
    try circle.meet()
    #expect(try circle.survivors() == ["甲": "甲", "乙": "甲", "丙": "甲"])

    let choice = try Region(["甲", "乙", "丙"])
    try choice.city.merge("甲", "丙")
    try choice.county.merge("甲", "乙")
    try choice.meet()
    #expect(try choice.survivors() == ["甲": "丙", "乙": "丙", "丙": "丙"])

    let chain = try Region(["甲", "乙", "丙"])
    try chain.city.merge("甲", "乙")
    try chain.county.merge("乙", "丙")
    try chain.meet()
    #expect(try chain.survivors() == ["甲": "丙", "乙": "丙", "丙": "丙"])
    // Parting the middle one leaves it what was merged into it.
    try chain.city.unmerge("乙")
    try chain.meet()
    #expect(try chain.survivors() == ["甲": "乙", "乙": "乙", "丙": "丙"])

    // The same pair twice contradicts nothing, although the lower office went on from it.
    let twice = try Region(["甲", "乙", "丙"])
    try twice.county.merge("甲", "乙")
    try twice.county.merge("乙", "丙")
    try twice.city.merge("甲", "乙")
    try twice.meet()
    #expect(try twice.survivors() == ["甲": "丙", "乙": "丙", "丙": "丙"])
    #expect(refusal { try twice.county.unmerge("甲") } == "merged-above")
    try twice.city.unmerge("甲")
    try twice.meet()
    #expect(try twice.survivors() == ["甲": "甲", "乙": "丙", "丙": "丙"])
  }

  @Test("whatever three offices merge and undo apart, they agree when they have met", arguments: 0..<12)
  func anything(seed: Int) throws {
    let names = ["甲", "乙", "丙", "丁", "戊", "己"]
    let region = try Region(names)
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    func pick(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    var done = 0
    for _ in 0..<3 {
      for _ in 0..<6 {
        let office = region.all[pick(3)]
        let code =
          pick(4) == 0
          ? refusal { try office.unmerge(names[pick(6)]) }
          : refusal { try office.merge(names[pick(6)], names[pick(6)]) }
        #expect(code == nil || ["already-merged", "not-merged", "merged-above"].contains(code))
        if code == nil { done += 1 }
        if pick(5) == 0 { try region.city.meet(region.county) }
      }
      try region.meet()
      let survivors = try region.survivors()
      // One unit, one survivor: whoever is merged together shows under the same record.
      for merge in try names.flatMap({ try region.city.subject($0).merges }) where merge.undone == nil {
        #expect(survivors[merge.from.name] == survivors[merge.into.name])
      }
    }
    #expect(done > 3)
    let fresh = try Replica.freshCopy(of: region.city)
    try region.city.send(to: fresh)
    #expect(try fresh.survivors() == region.city.survivors())
  }
}
