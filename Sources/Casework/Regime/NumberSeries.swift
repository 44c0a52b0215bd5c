/// A series of official numbers (文号): one count per office and year.
public struct NumberSeries: Sendable, Hashable {
  public var id: String
  public var name: Bilingual
  /// The number's wording with `{year}` and `{n}`, for example `任人社监罚字〔{year}〕第{n}号`.
  public var wording: String
  public var source: String

  public init(id: String, name: Bilingual, wording: String, source: String) {
    self.id = id
    self.name = name
    self.wording = wording
    self.source = source
  }

  /// Numbers are not padded (GB/T 9704-2012: 序号不编虚位).
  public func text(year: Int, number: Int) -> String {
    Self.replacing("{n}", by: String(number), in: Self.replacing("{year}", by: String(year), in: wording))
  }

  private static func replacing(_ mark: String, by text: String, in wording: String) -> String {
    guard let range = wording.firstRange(of: mark) else { return wording }
    return String(wording[..<range.lowerBound]) + text + String(wording[range.upperBound...])
  }
}
