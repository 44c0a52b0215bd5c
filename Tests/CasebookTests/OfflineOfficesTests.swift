import Casebook
import Casework
import Replication
import SignatureSuites
import Testing

@Suite("Offices that work apart and meet again")
struct OfflineOfficesTests {
  private struct Region {
    let city: Replica
    let east: Replica
    let west: Replica

    init() throws {
      city = try Replica.root("1305")
      east = try city.subordinate("130526", salt: 1)
      west = try city.subordinate("130505", salt: 2)
      try city.publish("renxian")
      try city.publish("luquan")
      try city.staff()
      for office in [east, west] {
        try city.send(to: office)
        try office.staff()
      }
    }

    func filedCase(_ office: Replica) throws -> String {
      let file = try office.open("case")
      try office.act(file, "propose-filing", ["wang"], ["facts": "欠薪"])
      try office.act(file, "review-filing", ["zhao"], ["opinion": "同意"])
      try office.act(file, "approve-filing", ["chen"], ["handler": "zhang", "secondHandler": "li"])
      return file
    }
  }

  @Test("a pack larger than an entry travels in parts and becomes visible whole")
  func packTravels() throws {
    let region = try Region()
    guard case .regimes(let views) = try region.east.perform(.regimeList) else { throw CancellationError() }
    #expect(views.filter { $0.pack == "renxian" }.count == 10)
    #expect(views.filter { $0.pack == "luquan" }.count == 7)
  }

  @Test("takeover and concurrent closing: the takeover stands, the closing is kept and void, on both sides")
  func takeoverRace() throws {
    let region = try Region()
    let file = try region.filedCase(region.west)
    try region.city.meet(region.west)
    try region.west.act(file, "conclude-investigation", ["zhang", "li"], ["summary": "已查明"])
    try region.west.act(file, "withdraw", ["liu"], ["corrected": "已改正"])
    try region.city.act(file, "takeover", ["sun"], ["takeoverReason": "重大"])
    try region.city.meet(region.west)
    for office in [region.city, region.west] {
      let view = try office.file(file)
      #expect(view.row.office == "1305")
      #expect(view.row.state.en == "under investigation")
      let withdrawn = try #require(view.acts.first { $0.act == "withdraw" })
      #expect(!withdrawn.stands)
      #expect(withdrawn.article == "劳动保障监察条例 第十三条")
    }
    #expect(try region.city.file(file).acts == region.west.file(file).acts)
    // The former office may still add evidence, but take no step.
    try region.west.act(file, "record-evidence", ["zhang"], ["evidence": "工资表"])
    #expect(throws: DeskFailure.self) {
      try region.west.act(file, "conclude-investigation", ["zhang", "li"], ["summary": "x"])
    }
  }

  @Test("entries that arrive late, twice or through another order give equal projections")
  func anyOrder() throws {
    let region = try Region()
    let file = try region.filedCase(region.east)
    let fresh = try Replica.freshCopy(of: region.city)
    try region.east.send(to: region.city)
    try region.east.send(to: region.city)
    try region.city.send(to: fresh)
    try region.city.act(file, "takeover", ["sun"], ["takeoverReason": "late"])
    try region.city.send(to: fresh)
    #expect(fresh.storage.summaries() == region.city.storage.summaries())
    for type in RecordType.all { #expect(fresh.storage.rows(type.number) == region.city.storage.rows(type.number)) }
  }

  @Test("an order goes down, is acknowledged, answered and closed; its clocks run by its own units")
  func order() throws {
    let region = try Region()
    // The issuer's numbers: an order bears one.
    try region.city.perform(
      .numberLease(NumberLeaseDraft(pack: "luquan", series: "order", year: 2026, first: 1, last: 20, office: nil)))
    let order = try region.city.open("order", pack: "luquan", regime: "enforcement-supervision", to: "130526")
    try region.city.act(order, "issue", ["sun"], ["kind": "notice", "ground": "g4", "demand": "改正", "dueDate": "2026-02-10"])
    try region.city.meet(region.east)
    #expect(try region.east.file(order).row.state.en == "issued")
    #expect(throws: DeskFailure.self) { try region.east.act(order, "reply", ["liu"], ["report": "x"]) }
    try region.east.act(order, "acknowledge", ["chen"], on: "2026-02-02")
    try region.east.act(order, "apply-review", ["liu"], ["reason": "不服"], on: "2026-02-03")
    try region.city.meet(region.east)
    let clocks = try region.city.file(order).clocks
    // 10 and 15 calendar days (鹿泉 四（一）四（二）).
    #expect(clocks.first { $0.id == "review-application" }?.due == "2026-02-12")
    #expect(clocks.first { $0.id == "review-decision" }?.due == "2026-02-18")
    try region.city.act(order, "decide-review", ["sun"], ["outcome": "uphold", "reviewReason": "x"], on: "2026-02-04")
    try region.city.meet(region.east)
    try region.east.act(order, "reply", ["liu"], ["report": "已改正"], on: "2026-02-05")
    try region.city.meet(region.east)
    try region.city.act(order, "accept", ["sun"], on: "2026-02-06")
    try region.city.meet(region.east)
    #expect(try region.east.file(order).row.isFinal)
  }

  @Test("a sibling holds no entry of another's, a sealed complainant is in no other replica")
  func scope() throws {
    let region = try Region()
    let complaint = try region.east.open("complaint")
    _ = try region.filedCase(region.east)
    try region.city.meet(region.east)
    try region.city.meet(region.west)
    let east = region.east.context.key
    #expect(!region.west.storage.heads().contains { $0.stream.author == east })
    #expect(region.city.storage.rows(RecordType.sealedComplainant.number).isEmpty)
    #expect(region.east.storage.rows(RecordType.sealedComplainant.number).count == 1)
    #expect(throws: DeskFailure.self) {
      try region.city.perform(.fileReveal(file: complaint, purpose: "x", officer: "sun"))
    }
    // A stream out of scope is refused even when someone sends it.
    let head = try #require(region.east.storage.heads().first { $0.stream.audience == .up })
    let entries = region.east.storage.entries(of: head.stream, from: 1, bytesMax: .max).map(\.encoded)
    var admission = Admission(context: region.west.context)
    #expect(throws: Admission.Failure.outOfScope(head.stream)) {
      try admission.admit(entries, of: head.stream, at: 0, in: region.west.storage)
    }
  }

  @Test("the superior's indicator applies, with its provenance")
  func indicator() throws {
    let region = try Region()
    try region.city.perform(
      .indicatorSet(
        IndicatorDraft(
          pack: "renxian", regime: "labour-dispatch", indicator: "full-share", value: 15, document: "7号",
          effective: "2026-01-01", office: nil)))
    try region.city.meet(region.east)
    guard case .indicators(let views) = try region.east.perform(.indicatorList) else { throw CancellationError() }
    let view = try #require(views.first { $0.regime == "labour-dispatch" && $0.indicator == "full-share" })
    // Lower than the pack's 20: the superior's applies whenever it differs, not when it is greater.
    #expect(view.ownValue == 20 && view.value == 15)
    #expect(view.provenance.zh.contains("7号"))
    // The clause is missing from 任县 (五): no override there.
    #expect(throws: DeskFailure.self) {
      try region.city.perform(
        .indicatorSet(
          IndicatorDraft(
            pack: "renxian", regime: "designated-medical", indicator: "regular-share", value: 50, document: "8号",
            effective: "2026-01-01", office: nil)))
    }
  }

  @Test("receipts bound every act's time, and a fork of a receipted stream is found")
  func receipts() throws {
    let region = try Region()
    let file = try region.filedCase(region.east)
    #expect(try region.east.file(file).acts.allSatisfy { $0.provableUntil == nil })
    try region.city.meet(region.east)
    for (audience, changes) in try Witness.owed(context: region.city.context, at: region.city.now, in: region.city.storage) {
      try region.city.record(changes, for: audience)
    }
    try region.city.meet(region.east)
    #expect(try region.east.file(file).acts.allSatisfy { $0.provableUntil == region.city.now - 1_000 || $0.provableUntil != nil })
    try region.east.act(file, "record-evidence", ["zhang"], ["evidence": "x"])
    #expect(try region.east.file(file).acts.last?.provableFrom != nil)
    #expect(try Witness.owed(context: region.city.context, at: 0, in: region.city.storage).isEmpty)
    guard case .verified(let view) = try region.city.perform(.verify) else { throw CancellationError() }
    #expect(view.problems.isEmpty)
    #expect(view.receipts >= 1)
  }

  @Test("the deadlines of a filed case: 60 working days, suspension, extension")
  func deadlines() throws {
    let region = try Region()
    let file = try region.filedCase(region.east)
    func investigation() throws -> ClockView {
      try #require(try region.east.file(file).clocks.first { $0.id == "investigation" })
    }
    // 2026-01-06 + 60 working days, over Spring Festival and its make-up days.
    #expect(try investigation().due == "2026-04-07")
    #expect(throws: DeskFailure.self) { try region.east.act(file, "extend", ["chen"], ["reason": "复杂"]) }
    try region.east.act(file, "extend", ["liu"], ["reason": "复杂"], on: "2026-03-01")
    #expect(try investigation().due == "2026-05-21")
    try region.east.act(file, "suspend", ["liu"], ["ground": "absconded"], on: "2026-03-02")
    #expect(try investigation().isSuspended)
    try region.east.act(file, "resume", ["zhang"], ["causeGone": "已找到"], on: "2026-03-09")
    #expect(try investigation().due == "2026-05-28")
  }
}

extension Replica {
  /// An office of its own at the same seat: what a new machine of the city would be after it was restored.
  static func freshCopy(of other: Replica) throws -> Replica {
    let replica = try Replica.root("copy")
    replica.storage.clearProjection()
    replica.context = other.context
    replica.context.tree = OfficeTree(rootKey: other.context.tree.rootKey)
    for seat in other.context.tree.all {
      let issuer = seat.charter.parent.flatMap { other.context.tree.seat($0)?.key } ?? other.context.tree.rootKey
      try replica.context.tree.admit(seat.charter, from: issuer, suites: .standard)
    }
    return replica
  }
}
