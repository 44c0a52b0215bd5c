import Replication

extension OfficeTree {
  /// The office that wrote every value of a record, or `nil` where several did, or none with a seat. For records that
  /// are an office's own word: another's write into them takes their force away rather than changing it.
  func soleAuthor(of row: RecordRow) -> OfficeCode? {
    let authors = Set(row.fields.values.compactMap { $0.winner?.stamp.author })
    guard authors.count == 1, let author = authors.first else { return nil }
    return office(ofShortAuthor: author)
  }
}
