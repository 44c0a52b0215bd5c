extension FoldedCase {
  /// Acts that state and party allow an office now, in the workflow's order, so that a clerk sees what can be
  /// done next. Guards and form are not judged: they depend on what the act will say.
  public func possibleActs(for office: String, hierarchy: any OfficeHierarchy) -> [ActRule] {
    workflow.acts.filter { admits($0) && isParty(office, of: $0, hierarchy: hierarchy) }
  }
}
