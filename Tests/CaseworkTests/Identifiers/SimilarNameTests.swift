import Casework
import Testing

@Suite("Similar company names")
struct SimilarNameTests {
  @Test(
    "written differently, the same name",
    arguments: [
      ("长城玩具有限公司", "长城玩具有限责任公司"),
      ("长城玩具股份有限公司", "长城玩具厂"),
      ("长城玩具厂有限公司", "长城玩具厂"),
      ("长城玩具（集团）有限公司", "长城玩具(集团)有限公司"),
      ("长城 玩具\u{3000}有限公司", "长城玩具有限公司"),
      ("ＡＢＣ电子有限公司", "abc电子有限公司"),
      ("河北省秦皇岛市长城玩具厂", "河北秦皇岛长城玩具厂"),
      ("秦皇岛市长城玩具厂", "秦皇岛长城玩具有限公司"),
    ])
  func same(a: String, b: String) { #expect(SimilarName.similarity(a, b) == 1000) }

  @Test(
    "suspected",
    arguments: [
      ("秦皇岛市长城玩具有限公司", "长城玩具有限公司"),
      ("广州市长城玩具有限公司", "深圳市长城玩具有限公司"),
      ("恒达建筑劳务有限公司", "恒达建筑劳务分公司"),
      ("鸿达建筑劳务有限公司", "宏达建筑劳务有限公司"),
      ("诚信餐饮管理有限公司", "诚信餐饮有限公司"),
    ])
  func suspected(a: String, b: String) {
    #expect(SimilarName.isSuspect(a, b))
    #expect(SimilarName.similarity(a, b) < 1000)
  }

  @Test(
    "not suspected",
    arguments: [
      ("秦皇岛市长城玩具有限公司", "秦皇岛市海港物流有限公司"),
      ("河北省秦皇岛市海港区大唐商贸有限公司", "河北省秦皇岛市海港区北山运输有限公司"),
      ("宏图电子有限公司", "宏达电子有限公司"),
      ("联华超市有限公司", "永辉超市有限公司"),
      ("甲有限公司", "乙有限公司"),
      ("", "长城玩具厂"), ("", ""), ("（）", "（）"),
    ])
  func different(a: String, b: String) { #expect(!SimilarName.isSuspect(a, b)) }

  @Test("a place weighs less than the name proper")
  func weight() {
    let place = SimilarName.similarity("广州市长城玩具厂", "深圳市长城玩具厂")
    let core = SimilarName.similarity("广州市长城玩具厂", "广州市长江玩具厂")
    #expect(place > core)
  }

  @Test("words that only look like a place, and names that are nothing else, keep their weight")
  func words() {
    #expect(SimilarName.similarity("联华超市有限公司", "联华超市店") == 1000)
    #expect(!SimilarName.isSuspect("联华超市", "永辉超市"))
    #expect(SimilarName.similarity("海港区", "海港区") == 1000)
    #expect(SimilarName.similarity("公司", "公司") == 1000)
  }

  @Test("symmetric, within 0 to 1000, and whole only with itself or an equal")
  func properties() {
    let names = [
      "", "甲", "公司", "长城玩具厂", "长城玩具（集团）有限公司", "河北省秦皇岛市长城玩具有限公司", "秦皇岛长城玩具", "秦皇岛市海港区港城大街店",
      "北京市朝阳区朝阳公园", "北京朝阳公园有限公司", "市市市市", "广东省广州市广州市政工程有限公司", "aaaaaa", "AAA", "联华超市", "内蒙古自治区蒙牛厂",
    ]
    for a in names {
      for b in names {
        let similarity = SimilarName.similarity(a, b)
        #expect((0...1000).contains(similarity))
        #expect(similarity == SimilarName.similarity(b, a), "\(a) \(b)")
      }
      if !a.isEmpty { #expect(SimilarName.similarity(a, a) == 1000, "\(a)") }
    }
  }
}
