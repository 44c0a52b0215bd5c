/// How personal particulars are shown to those who need not see them whole (《个人信息保护法》第五十一条).
public enum Masking {
  /// First six and last four characters of an identification number.
  public static func residentID(_ number: String) -> String { masked(number, first: 6, last: 4) }

  /// First three and last four characters of a telephone number.
  public static func phone(_ number: String) -> String { masked(number, first: 3, last: 4) }

  /// First character of a name, then one ＊ for each further one.
  public static func name(_ name: String) -> String {
    String(name.prefix(1)) + String(repeating: "＊", count: max(0, name.count - 1))
  }

  /// A text too short to hide anything between its ends is hidden whole.
  private static func masked(_ text: String, first: Int, last: Int) -> String {
    let hidden = text.count - first - last
    if hidden <= 0 { return String(repeating: "*", count: text.count) }
    return text.prefix(first) + String(repeating: "*", count: hidden) + text.suffix(last)
  }
}
