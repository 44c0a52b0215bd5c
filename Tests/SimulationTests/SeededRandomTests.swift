import Simulation
import Testing

@Suite("Seeded numbers")
struct SeededRandomTests {
  @Test("are those of the published generators for seed 0")
  func vector() {
    var random = SeededRandom(seed: 0)
    let numbers = (0..<4).map { _ in random.next() }
    #expect(
      numbers == [0x99EC_5F36_CB75_F2B4, 0xBF6E_1F78_4956_452A, 0x1A5F_849D_4933_E6E0, 0x6AA5_94F1_262D_2D2C])
  }

  @Test("keep their bounds and reach them")
  func bounds() {
    var random = SeededRandom(seed: 1)
    let numbers = Set((0..<500).map { _ in random.within(3...7) })
    #expect(numbers == [3, 4, 5, 6, 7])
    #expect(random.below(1) == 0 && random.below(0) == 0)
    #expect(random.pick([Int]()) == nil)
  }

  @Test("shuffle keeps every element")
  func shuffle() {
    var random = SeededRandom(seed: 2)
    var numbers = Array(0..<20)
    random.shuffle(&numbers)
    #expect(numbers != Array(0..<20))
    #expect(numbers.sorted() == Array(0..<20))
  }
}
