import Casework
import Replication

/// Where the number on an act is found without reading every file: a small value for each numbered act, written when
/// the act is projected, in the transaction that stores it, whoever signed it and by whatever way it came.
///
/// The key holds the number as printed: two acts with the same text are a duplicate, whatever series they meant.
public enum NumberIndex {
  /// Then the number as printed, `/`, and the act's id.
  public static let prefix = "document-number/"
  /// `/` and 32 hexadecimal digits.
  private static let suffixCount = 33
  /// File id, then the fingerprint of the author's key.
  private static let valueCount = RecordID.byteCount + Digest.byteCount

  static func note(_ act: ActChange, by author: KeyFingerprint, in storage: any ReplicaStorage) throws {
    guard case .text(let text)? = act.facts.first(where: { $0.name == FormRule.numberFact })?.value else { return }
    try storage.setValue("\(prefix)\(text)/\(act.id)", act.file.bytes + author.bytes)
  }

  /// The acts held here that bear a number of the series in the year.
  static func uses(
    of series: NumberSeries, year: Int, tree: OfficeTree, in storage: any ReplicaStorage
  ) throws -> [NumberLedger.Use] {
    try storage.values(prefix: prefix + series.beginning(year: year)).compactMap { key, value in
      let text = String(key.dropFirst(prefix.count).dropLast(suffixCount))
      guard value.count == valueCount, let number = series.number(in: text, year: year),
        let file = RecordID(Array(value.prefix(RecordID.byteCount))),
        let author = Digest(value.dropFirst(RecordID.byteCount))
      else { return nil }
      return NumberLedger.Use(
        number: number, text: text, office: tree.office(of: KeyFingerprint(author))?.text ?? "", file: file.description,
        act: String(key.suffix(suffixCount - 1)))
    }
  }
}

extension NumberSeries {
  /// What stands before the count in every number of the year.
  func beginning(year: Int) -> String {
    let (one, two) = (text(year: year, number: 1), text(year: year, number: 2))
    return String(zip(one, two).prefix { $0 == $1 }.map(\.0))
  }

  /// The count in a number as printed; `nil` when it is none of this series in this year.
  func number(in text: String, year: Int) -> Int? {
    let digits = text.dropFirst(beginning(year: year).count).prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits), self.text(year: year, number: number) == text else { return nil }
    return number
  }
}
