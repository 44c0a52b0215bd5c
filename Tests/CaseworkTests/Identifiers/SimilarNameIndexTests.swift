import Casework
import Testing

@Suite("Finding similar names in a register")
struct SimilarNameIndexTests {
  /// Names put together from parts by a fixed sequence, as a register of a few trades and places has them.
  private func names(_ count: Int) -> [String] {
    let places = ["", "", "河北省", "任县", "河北省邢台市", "北京", "北京市", "邢台市任泽区", "石家庄"]
    let words = [
      "长城", "恒通", "金马", "盛达", "华", "新华", "东方红", "玩具", "建筑", "劳务", "人力资源", "科技", "餐饮", "培训学校", "恒", "长",
    ]
    let ends = ["有限公司", "有限责任公司", "", "厂", "店", "（集团）有限公司", "任县分公司"]
    var state: UInt64 = 20_260_101
    func pick(_ list: [String]) -> String {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return list[Int(state >> 33) % list.count]
    }
    return (0..<count).map { index in
      pick(places) + (0...(index % 3)).map { _ in pick(words) }.joined() + pick(ends)
    }
  }

  @Test("finds what comparing every pair finds, with the same scores, the likest first")
  func everyPair() {
    let names = names(400)
    var index = SimilarNameIndex()
    var found = 0
    for (position, name) in names.enumerated() {
      let suspects = index.search(name).suspects
      let expected = names[..<position].enumerated().filter { SimilarName.isSuspect(name, $0.element) }
      #expect(Set(suspects.map(\.position)) == Set(expected.map(\.offset)), "\(name)")
      for suspect in suspects { #expect(suspect.score == SimilarName.similarity(name, names[suspect.position])) }
      #expect(suspects.map(\.score) == suspects.map(\.score).sorted(by: >))
      found += suspects.count
      index.add(name)
    }
    #expect(index.count == 400)
    #expect(found > 500)
  }

  @Test("no name, and a name that is all punctuation, are like nothing")
  func empty() {
    var index = SimilarNameIndex()
    for name in ["", "（）", "长城"] { index.add(name) }
    #expect(index.search("").suspects.isEmpty)
    #expect(index.search("（）").suspects.isEmpty)
    #expect(index.search("长城厂").suspects.map(\.position) == [2])
  }

  @Test("twenty thousand names of one trade: each search reads a bounded number, and still finds the like and the same")
  func oneTrade() {
    var index = SimilarNameIndex()
    var visits: [Int] = []
    let count = 20_000
    for number in 0..<count {
      let name = "河北某某劳务\(10_000 + number)有限公司"
      if number % 1_000 == 999 {
        let search = index.search(name)
        visits.append(search.visits)
        // Some are named, those that differ in one figure first, and that there are more is said.
        #expect(search.suspects.count == SimilarNameIndex.candidatesMax)
        #expect(search.suspects.first.map { $0.score >= 800 } == true)
        #expect(search.leftOut > number / 2)
      }
      index.add(name)
    }
    let bound = 2 * SimilarNameIndex.visitsMax + SimilarNameIndex.candidatesMax
    #expect(visits.allSatisfy { $0 <= bound })
    // Past the bound a search costs the same, however many names there are.
    #expect(visits.suffix(10).allSatisfy { $0 > SimilarNameIndex.visitsMax })
    // The same name is found first, and a name of its own however many there are of the trade.
    #expect(index.search("河北某某劳务12345有限公司").suspects.first.map { [$0.position, $0.score] } == [2_345, 1_000])
    index.add("恒通玩具厂")
    let other = index.search("任县恒通玩具厂")
    #expect(other.suspects.map(\.position) == [count] && other.leftOut == 0)
  }

  @Test("hundreds of equal names are found as equal; the rest is counted")
  func equal() {
    var index = SimilarNameIndex()
    for _ in 0..<12_000 { index.add("某某劳务有限公司") }
    let search = index.search("某某劳务有限公司")
    #expect(search.suspects.count == SimilarNameIndex.candidatesMax && search.suspects.allSatisfy { $0.score == 1_000 })
    #expect(search.leftOut == 12_000 - SimilarNameIndex.candidatesMax)
  }
}
