import Casebook
import Casework
import Replication
import SignatureSuites
import Testing

@Suite("Explanations")
struct ExplainTests {
  private func entry(_ replica: Replica, _ words: String...) throws -> EntryExplanation {
    guard case .entry(let view) = try replica.perform(.explain(words)) else { throw CancellationError() }
    return view
  }

  private func office(_ replica: Replica, _ code: String) throws -> OfficeExplanation {
    guard case .office(let view) = try replica.perform(.explain([code])) else { throw CancellationError() }
    return view
  }

  private func code(_ replica: Replica, _ words: String...) -> String? {
    do {
      _ = try replica.perform(.explain(words))
      return nil
    } catch {
      return (error as? DeskFailure)?.code
    }
  }

  @Test("by hash, whole or its first digits, by office and position, by the columns of the log: one and the same")
  func names() throws {
    let region = try Judged()
    let county = region.county
    let written = try county.name(county.newID(), "恒通")
    let hash = Hexadecimal.string(written.hash(using: Ed25519Suite()).bytes)
    let seq = "\(written.header.seq)"
    let view = try entry(county, hash)
    #expect(view.hash == hash && view.office == "130526" && view.stream == "up" && "\(view.seq)" == seq)
    #expect(try entry(county, String(hash.prefix(16))) == view)
    #expect(try entry(county, String(hash.prefix(11)).uppercased()) == view)
    #expect(try entry(county, "130526", "up", seq) == view)
    #expect(try entry(county, "130526", "up#\(seq)") == view)
    #expect(try entry(county, "130526#\(seq)") == view)
    // An entry that others follow is found by the hash that its successor names.
    try county.name(county.newID(), "后")
    #expect(try entry(county, hash).seq == view.seq)
    try county.name(county.newID(), "密", for: .own)
    #expect(code(county, "130526#1") == "ambiguous-entry")
    #expect(code(county, "130526", "up", "999") == "unknown-entry")
    #expect(code(county, "nobody") == "unknown-entry")
    #expect(code(county, "abc") == "unknown-entry")
  }

  @Test("a sound entry: who signed, what it says, who has it and since when; its receipts close the interval")
  func valid() throws {
    let region = try Judged()
    let (county, city) = (region.county, region.city)
    let written = try county.name(county.newID(), "恒通玩具厂")
    let seq = "\(written.header.seq)"
    let before = try entry(county, "130526", "up", seq)
    #expect(before.class == "valid" && before.rule == "undisputed" && before.isProjected && before.isSigned == true)
    #expect(before.keyState == "present" && before.receipts.isEmpty && before.provableUntil == nil)
    #expect(before.changes.map(\.kind) == ["record"] && before.changes.first?.text.zh.contains("name=恒通玩具厂") == true)
    #expect(Set(before.holders) == ["13", "1305", "130526"] && before.facts.map(\.kind) == ["charter"])
    #expect(before.facts.first?.office == "1305")
    try city.meet(county)
    try city.witness()
    try city.meet(county)
    let after = try entry(county, "130526", "up", seq)
    #expect(after.receipts.map(\.office) == ["1305"] && after.receipts.first?.clock == after.provableUntil)
    #expect(after.obstacle == nil && after.doubt == nil)
    // Of a sealed record the values are not told, not even here.
    let sealed = try county.write([
      .record(
        RecordWrite(
          type: RecordType.sealedComplainant.number, id: county.newID(),
          fields: [.init(number: 2, value: .text("张三"), replaces: [])]))
    ], for: .own)
    let view = try entry(county, "130526", "own", "\(sealed.header.seq)")
    #expect(view.changes.first?.text.zh.contains("张三") == false && view.holders == ["130526"])
  }

  @Test("in quarantine: the revocation that did it, what would mend it, and the ratification that did")
  func quarantined() throws {
    let region = try Judged()
    let (county, city) = (region.county, region.city)
    let first = try county.name(county.newID(), "截止前")
    try city.meet(county)
    let late = try county.name(county.newID(), "截止后")
    let cut = StreamHead(stream: first.header.stream, seq: first.header.seq, hash: first.hash(using: Ed25519Suite()))
    let revoked = try city.write([
      .revocation(
        Revocation(
          office: county.context.office, key: county.context.key, reason: .retired, position: city.storage.entryCount(),
          cuts: [cut], text: "停用"))
    ], for: .subtree(county.context.office))
    try county.send(to: city)
    let seq = "\(late.header.seq)"
    let view = try entry(city, "130526", "up", seq)
    #expect(view.class == "quarantined" && view.rule == "after-revocation" && !view.isProjected)
    #expect(view.keyState == "retired" && view.isSigned == true)
    #expect(view.remedy?.en.contains("docket quarantine ratify 130526 up \(seq)") == true)
    let fact = try #require(view.facts.first { $0.kind == "revocation" })
    #expect(fact.office == "1305" && fact.place == "1305 subtree:130526 \(revoked.header.seq)")
    #expect(fact.text.en.contains("停用") && fact.text.en.contains("up to #\(first.header.seq)"))
    // The place it names can be explained in turn.
    #expect(try entry(city, "1305", "subtree:130526", "\(revoked.header.seq)").changes.map(\.kind) == ["revocation"])
    #expect(try entry(city, "130526", "up", "\(first.header.seq)").isProjected)
    try city.perform(.ratify(RatificationDraft(office: "130526", stream: "up", first: late.header.seq, last: late.header.seq)))
    try city.context.refresh(from: city.storage)
    let mended = try entry(city, "130526", "up", seq)
    #expect(mended.class == "valid" && mended.rule == "ratified" && mended.isProjected)
    #expect(mended.facts.map(\.kind).contains("ratification"))
    let about = try office(city, "130526")
    #expect(about.revocations.map(\.text) == ["停用"] && about.keys.map(\.revoked) == ["retired"])
    #expect(about.maySync && about.reasons.first?.en.contains("revoked") == true)
    #expect(about.charters.map(\.isRevoked) == [true, false, false])
  }

  @Test("both faces of a fork: the one that stands says so, the other lies aside and is found by its hash")
  func fork() throws {
    let region = try Judged()
    let (county, city) = (region.county, region.city)
    let twin = try county.restored()
    twin.context.standing = Standing()
    for head in county.storage.heads() { try twin.take(county.storage.entries(of: head.stream, from: 1, bytesMax: .max)) }
    let ours = try county.name(county.newID(), "原机")
    try city.meet(county)
    try city.witness()
    twin.now = county.now + 5_000
    let theirs = try twin.name(twin.newID(), "副本")
    #expect(ours.header.seq == theirs.header.seq)
    try city.take([theirs])
    let stands = try entry(city, "130526", "up", "\(ours.header.seq)")
    #expect(stands.class == "valid" && stands.rule == "witnessed-branch" && !stands.isAside && stands.isProjected)
    #expect(stands.facts.map(\.kind).contains("fork-proof") && stands.facts.map(\.kind).contains("receipt"))
    let aside = try entry(city, Hexadecimal.string(theirs.hash(using: Ed25519Suite()).bytes.prefix(8)))
    #expect(aside.isAside && aside.class == "disputed" && aside.rule == "forked" && !aside.isProjected)
    #expect(aside.receipts.isEmpty && aside.stored == nil && aside.isSigned == true)
    #expect(try office(city, "130526").streams.first { $0.stream == "up" }?.aside == 1)
  }

  @Test("an act that a concurrent takeover gives no effect: the entry is valid, and the act says why it does not stand")
  func voidAct() throws {
    let city = try Replica.root("1305")
    let county = try city.subordinate("130526", salt: 1)
    try city.publish("renxian")
    try city.staff()
    try city.send(to: county)
    try county.staff()
    let file = try county.open("case")
    try county.act(file, "propose-filing", ["wang"], ["facts": "欠薪"])
    try city.meet(county)
    try county.act(file, "review-filing", ["zhao"], ["opinion": "同意"])
    let seq = try #require(county.storage.head(of: county.context.stream(.up))).seq
    let before = try #require(try entry(county, "130526", "up", "\(seq)").changes.first)
    #expect(before.kind == "act" && before.text.zh.contains(file) && before.obstacle == nil)
    #expect(before.text.zh.contains("zhao") && before.text.zh.contains("2026-01-06") && before.text.zh.contains("opinion=同意"))
    try city.act(file, "takeover", ["sun"], ["takeoverReason": "重大"])
    try city.meet(county)
    for office in [city, county] {
      let view = try entry(office, "130526", "up", "\(seq)")
      #expect(view.class == "valid" && view.isProjected)
      #expect(view.changes.first?.obstacle?.zh.contains("1305") == true)
    }
  }

  @Test("an office: its charters to the root, its keys and streams with their receipts, and why it may sync")
  func offices() throws {
    let region = try Judged()
    let (province, city, county) = (region.province, region.city, region.county)
    try county.name(county.newID(), "一")
    try city.meet(county)
    try city.witness()
    try province.meet(city)
    let atCity = try office(city, "130526")
    #expect(atCity.relation == "subordinate" && atCity.maySync)
    #expect(atCity.charters.map(\.office) == ["130526", "1305", "13"])
    #expect(atCity.charters.map(\.issuer) == ["1305", "13", nil])
    let stream = try #require(atCity.streams.first { $0.stream == "up" })
    #expect(stream.receipted == UInt64(stream.entries) && stream.receiptedBy == "1305" && stream.held == 0)
    #expect(stream.bytes > 0)
    let atProvince = try office(province, "130526")
    #expect(!atProvince.maySync && atProvince.reasons.first?.en.contains("offices between") == true)
    #expect(try office(county, "130526").relation == "self")
    #expect(try office(county, "13").relation == "superior")
  }
}
