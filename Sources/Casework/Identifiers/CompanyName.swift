/// A company name in its parts, written one way: 河北省秦皇岛市长城玩具（集团）有限公司 is the places 河北 and 秦皇岛 and
/// the core 长城玩具集团.
struct CompanyName: Hashable {
  /// Places the name begins with, without 省, 市, 县 and the like.
  private(set) var places: [[Character]] = []
  private(set) var core: [Character]

  /// Longest first.
  private static let suffixes = ["股份有限公司", "有限责任公司", "有限公司", "公司", "厂", "店"].map(Array.init)
  private static let ignored = Set<Character>("()[]{}<>（）［］【】〔〕《》〈〉「」“”\"'·.,-_")
  /// Without 州, 盟 and 旗, which end too many words (兰州, 联盟, 红旗).
  private static let placeMarks = ["自治区", "自治州", "自治县", "省", "市", "县", "区"].map(Array.init)
  /// What makes a mark part of a word that is no place: 超市, 门市, 小区.
  private static let wordStarts = Set<Character>("超门夜菜城都小社园校厂景")
  /// Characters of a place before its mark.
  private static let placeLengths = 2...6

  init(_ name: String) {
    core = name.unicodeScalars.map(Self.narrow).flatMap { Array($0.properties.lowercaseMapping) }
      .filter { !$0.isWhitespace && !Self.ignored.contains($0) }
    takeMarkedPlaces()
    dropSuffixes()
  }

  private mutating func takeMarkedPlaces() {
    while let (length, mark) = markedPlace() {
      places.append(Array(core[..<length]))
      core.removeFirst(length + mark)
    }
  }

  /// The first place at the front by the lengths of its stem and of its mark.
  private func markedPlace() -> (length: Int, mark: Int)? {
    for length in Self.placeLengths where length < core.count {
      for mark in Self.placeMarks where core[length...].starts(with: mark) {
        if Self.wordStarts.contains(core[length - 1]) || core.count == length + mark.count { return nil }
        return (length, mark.count)
      }
    }
    return nil
  }

  /// More than one may stand there (玩具厂有限公司); something always stays.
  private mutating func dropSuffixes() {
    while let suffix = Self.suffixes.first(where: { core.count > $0.count && core.suffix($0.count).elementsEqual($0) })
    { core.removeLast(suffix.count) }
  }

  /// Full-width ASCII to plain ASCII.
  private static func narrow(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0x3000: " "
    case 0xFF01...0xFF5E: Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
    default: scalar
    }
  }
}
