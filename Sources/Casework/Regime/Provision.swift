/// One line of a bureau's document, in its own words, with its place.
public struct Provision: Sendable, Hashable {
  /// Unique in its list.
  public var id: String
  /// `zh` is the document's wording; `en` says what it asks of the program or the clerk.
  public var text: Bilingual
  /// Section of the document.
  public var source: String
  /// Line of the document's text file, from 1; 0 where the line comes from elsewhere.
  public var line: Int
  /// What a program may use of it, by name (vocabulary: Protocol/packs.md), for example `check_type` or `power`.
  public var terms: [String: String]

  public init(id: String, text: Bilingual, source: String, line: Int, terms: [String: String]) {
    self.id = id
    self.text = text
    self.source = source
    self.line = line
    self.terms = terms
  }
}

/// The six parts in which the documents describe a regime.
public enum RegimePart: String, Sendable, Hashable, CaseIterable, Codable {
  case object, content, method, measure, procedure, disposition

  public var name: Bilingual {
    switch self {
    case .object: Bilingual(zh: "监督检查对象", en: "Who is supervised")
    case .content: Bilingual(zh: "监督检查内容", en: "What is checked")
    case .method: Bilingual(zh: "监督检查方式", en: "How")
    case .measure: Bilingual(zh: "监督检查措施", en: "Measures")
    case .procedure: Bilingual(zh: "监督检查程序", en: "Procedure")
    case .disposition: Bilingual(zh: "监督检查处理", en: "Dispositions")
    }
  }
}

/// What a document says in one of the six parts. Documents leave parts out and merge them; a pack says so rather
/// than leaving a hole (requirements notes (a)).
public enum PartContent: Sendable, Hashable {
  case lines([Provision])
  /// The document has no such part; the text says what was found instead.
  case absent(Bilingual)
  /// The document states it within another part.
  case merged(with: RegimePart)

  public var lines: [Provision] { if case .lines(let lines) = self { lines } else { [] } }
}

/// Lines under one heading outside the regimes: a duty with its tasks, a boundary with another department, a public
/// service, a campaign.
public struct ProvisionGroup: Sendable, Hashable {
  public var id: String
  public var name: Bilingual
  public var source: String
  /// Words by which a matter is recognised as belonging here, for suggesting a referral (职责边界).
  public var keywords: [String]
  /// Departments that share the matter, where the group is a boundary.
  public var authorities: [Bilingual]
  public var lines: [Provision]

  public init(
    id: String, name: Bilingual, source: String, keywords: [String], authorities: [Bilingual], lines: [Provision]
  ) {
    self.id = id
    self.name = name
    self.source = source
    self.keywords = keywords
    self.authorities = authorities
    self.lines = lines
  }
}

/// A defect or contradiction in the documents or between them and the law, and the rule chosen.
public struct PackRemark: Sendable, Hashable {
  public var id: String
  public var finding: Bilingual
  public var chosen: Bilingual
  public var source: String

  public init(id: String, finding: Bilingual, chosen: Bilingual, source: String) {
    self.id = id
    self.finding = finding
    self.chosen = chosen
    self.source = source
  }
}
