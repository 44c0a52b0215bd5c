import Casework
import Replication

/// The settings of figures that bind an office on a day: its superiors' and its own, the highest office's first. What
/// another branch set for itself and its own offices is held by the bureau above both, and binds nobody else.
enum BindingSettings {
  /// Figures beyond these are slips of the pen or forgeries; a setting is cut off here, whoever wrote it, so that no
  /// count overflows.
  static let figureMax = 10_000
  static let percentMax = 100

  /// - Parameter own: whether the office's own settings bind it. A ceiling it may set for itself; an indicator is its
  ///   superior's to change (以上级下达监督检查指标为准), and what it sets itself is for those below.
  static func rows(
    _ rows: [RecordRow], for office: OfficeCode, in tree: OfficeTree, on today: CivilDate, own: Bool
  ) -> [RecordRow] {
    rows.compactMap { row -> (row: RecordRow, rank: Int, effective: CivilDate)? in
      // A row several offices wrote into is nobody's figure.
      guard let author = tree.soleAuthor(of: row), (own && author == office) || tree.isSuperior(author, of: office),
        let effective = row.text(7).flatMap({ CivilDate($0) }), effective <= today
      else { return nil }
      return (row, tree.rank(of: author), effective)
    }
    // Of one author the setting for this office goes before the one for all, and of these the latest.
    .sorted { left, right in
      let specific = (left.row.text(6) == office.text, right.row.text(6) == office.text)
      if left.rank != right.rank { return left.rank > right.rank }
      if specific.0 != specific.1 { return specific.0 }
      return left.effective != right.effective ? left.effective > right.effective : left.row.id < right.row.id
    }.map(\.row)
  }
}
