extension OfficeNode {
  /// This build's version; `docket --version` says it, and `deploy/package` names the package by it.
  public static let version = "0.1.0"
  /// The same as peers see it.
  static let software = "docket/" + version
}
