public import Casework
public import Replication

/// What decisions need besides storage: who we are, the office tree, the packs and the calendar.
public struct ReplicaContext: Sendable {
  public var office: OfficeCode
  /// This node's signing key.
  public var key: KeyFingerprint
  public var suite: SuiteID
  public var incarnation: UInt64
  public var suites: SuiteSet
  public var tree: OfficeTree
  public var shelf: any PackShelf
  public var calendars: Calendars

  /// - Parameter calendar: the shipped table; `refreshCalendars` lays the directives held over it.
  public init(
    office: OfficeCode, key: KeyFingerprint, suite: SuiteID, incarnation: UInt64, suites: SuiteSet,
    tree: OfficeTree, shelf: any PackShelf, calendar: HolidayTable
  ) {
    self.office = office
    self.key = key
    self.suite = suite
    self.incarnation = incarnation
    self.suites = suites
    self.tree = tree
    self.shelf = shelf
    calendars = Calendars(shipped: calendar, tree: tree)
  }

  public func stream(_ audience: Audience) -> StreamID {
    StreamID(author: key, incarnation: incarnation, audience: audience)
  }
}

/// Where parsed packs come from. Parsing YAML is an edge's work; the text itself is replicated as records.
public protocol PackShelf: Sendable {
  /// - Parameter yaml: the pack's text as replicated; it may be parsed once and remembered by its hash.
  /// - Returns: `nil` when the text is no pack this version understands.
  func pack(fromYAML yaml: String) -> RegimePack?

  /// The text with everything it refers to outside itself written into it, so that it means the same in every office.
  func selfContained(_ yaml: String) -> String
}

extension OfficeTree: OfficeHierarchy {
  public func isSuperior(_ superior: String, of office: String) -> Bool {
    guard let superior = OfficeCode(superior), let office = OfficeCode(office) else { return false }
    return isSuperior(superior, of: office)
  }
}
