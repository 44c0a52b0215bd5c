public import Casework

// Pages of a pack as people read it: every line with its place in the bureau's document, every figure in words.

/// A line of the bureau's document.
public struct LineView: Sendable, Hashable, Codable {
  public var id: String
  public var text: Bilingual
  public var source: String
  /// Line of the document's text, from 1; 0 where it comes from elsewhere.
  public var line: Int
  public var terms: [String: String]

  init(_ line: Provision) {
    id = line.id
    text = line.text
    source = line.source
    self.line = line.line
    terms = line.terms
  }
}

/// One of the six parts of a regime.
public struct PartView: Sendable, Hashable, Codable {
  public var part: RegimePart
  public var name: Bilingual
  public var lines: [LineView]
  /// Why the part has no lines: what the document has instead, or the part it is stated in.
  public var absent: Bilingual?

  init(_ part: RegimePart, _ content: PartContent?) {
    self.part = part
    name = part.name
    lines = (content?.lines ?? []).map(LineView.init)
    switch content {
    case .lines: break
    case .absent(let reason): absent = reason
    case .merged(let other):
      absent = Bilingual(zh: "原文并入“\(other.name.zh)”", en: "stated within “\(other.name.en)”")
    case nil: absent = Bilingual(zh: "制度包未分部分", en: "the pack does not give the six parts")
    }
  }
}

/// A figure of a pack in words.
public struct FigureView: Sendable, Hashable, Codable {
  public var id: String
  public var name: Bilingual
  public var words: Bilingual
  /// Section of the document, or article.
  public var source: String
}

/// A workflow with its acts and clocks.
public struct WorkflowView: Sendable, Hashable, Codable {
  public var id: String
  public var name: Bilingual
  public var kind: String
  public var source: String
  public var states: [FigureView]
  public var acts: [ActRuleView]
  public var clocks: [FigureView]

  init(_ workflow: Workflow) {
    id = workflow.id
    name = workflow.name
    kind = workflow.kind.rawValue
    source = workflow.source
    states = workflow.states.map { state in
      let words = state.isFinal ? Bilingual(zh: "办结", en: "finished") : Bilingual(zh: "在办", en: "open")
      return FigureView(id: state.id, name: state.name, words: words, source: "")
    }
    acts = workflow.acts.map { ActRuleView($0, in: workflow) }
    clocks = workflow.clocks.map {
      FigureView(id: $0.id, name: $0.name, words: $0.words(in: workflow), source: $0.article)
    }
  }
}

/// An act of a workflow: what it does, what must hold, what its form asks for.
public struct ActRuleView: Sendable, Hashable, Codable {
  public var id: String
  public var name: Bilingual
  public var words: Bilingual
  public var source: String
  /// `id` is the guard's kind, `name` empty of its own: several guards may be of one kind.
  public var guards: [FigureView]
  public var fields: [FigureView]

  init(_ act: ActRule, in workflow: Workflow) {
    id = act.id
    name = act.name
    words = act.words(in: workflow)
    source = act.source
    guards = act.guards.map {
      FigureView(id: $0.kind, name: act.name, words: $0.words(in: workflow), source: $0.article)
    }
    fields = (act.form?.fields ?? []).map { FigureView(id: $0.id, name: $0.name, words: $0.words, source: "") }
  }
}

/// Everything a pack says of one regime (`docket regime show CODE REGIME`).
public struct RegimePage: Sendable, Hashable, Codable {
  public var pack: String
  public var version: Int
  /// Published to this office; else as the program brings it.
  public var isPublished: Bool
  public var issuer: Bilingual
  public var document: String
  public var regime: String
  public var name: Bilingual
  public var status: String
  public var source: String
  /// The section that carries it out; `nil` where the document names none.
  public var office: Bilingual?
  public var subjects: [Bilingual]
  /// Least number of officers and their certificate.
  public var quorum: FigureView?
  public var superiorOverrides: Bool
  /// The part of the power that another authority took over.
  public var transferred: FigureView?
  public var basis: [LineView]
  /// All six, in the documents' order.
  public var parts: [PartView]
  public var indicators: [FigureView]
  /// The indicators' figures in force and whose they are.
  public var inForce: [IndicatorView]
  public var ceiling: FigureView?
  public var penalties: [FigureView]
  public var tallies: [FigureView]
  public var scoreBands: [FigureView]
  public var workflows: [WorkflowView]

  /// A regime of a pack that no office has published.
  public init(_ regime: Regime, of pack: RegimePack) {
    self.init(regime, of: pack, view: Clerk.preview(regime, of: pack))
  }

  init(_ regime: Regime, of pack: RegimePack, view: RegimeView) {
    self.pack = pack.code
    version = pack.version
    isPublished = view.published
    issuer = pack.issuer
    document = pack.document
    self.regime = regime.id
    name = regime.name
    status = regime.status.rawValue
    source = regime.source
    office = regime.office
    subjects = regime.subjects
    quorum = regime.quorum.map {
      FigureView(id: "quorum", name: PackChange.Element.quorum.name, words: $0.words, source: $0.source)
    }
    superiorOverrides = regime.superiorOverrides
    transferred = regime.transferred.map {
      FigureView(id: "transferred", name: $0.to, words: $0.words, source: $0.source)
    }
    basis = regime.basis.map(LineView.init)
    parts = RegimePart.allCases.map { PartView($0, regime.parts[$0]) }
    let forms = pack.workflows(of: regime)
    indicators = regime.indicators.map {
      FigureView(id: $0.id, name: $0.name, words: $0.words(in: forms), source: $0.source)
    }
    inForce = view.indicators
    ceiling = regime.ceiling.map {
      FigureView(
        id: VisitCeiling.settingID, name: PackChange.Element.ceiling.name, words: $0.words, source: $0.source)
    }
    penalties = regime.penalties.map { FigureView(id: $0.id, name: $0.name, words: $0.words, source: $0.article) }
    tallies = regime.tallies.map { FigureView(id: $0.id, name: $0.name, words: $0.words, source: $0.source) }
    scoreBands = regime.scoreBands.map { FigureView(id: $0.id, name: $0.name, words: $0.words, source: $0.source) }
    workflows = forms.map(WorkflowView.init)
  }
}

/// A duty, boundary, service or campaign with its lines.
public struct GroupView: Sendable, Hashable, Codable {
  public var id: String
  public var name: Bilingual
  public var source: String
  public var keywords: [String]
  public var departments: [Bilingual]
  public var lines: [LineView]

  init(_ group: ProvisionGroup) {
    id = group.id
    name = group.name
    source = group.source
    keywords = group.keywords
    departments = group.authorities
    lines = group.lines.map(LineView.init)
  }
}

/// A defect of the documents and the rule chosen.
public struct RemarkView: Sendable, Hashable, Codable {
  public var id: String
  public var finding: Bilingual
  public var chosen: Bilingual
  public var source: String
}

/// A pack in overview, with what stands outside its regimes (`docket regime show CODE`).
public struct PackPage: Sendable, Hashable, Codable {
  public var pack: String
  public var version: Int
  public var isPublished: Bool
  public var issuer: Bilingual
  public var document: String
  /// First day on which files may be opened under it, `YYYY-MM-DD`.
  public var effective: String
  public var regimes: [RegimeView]
  public var duties: [GroupView]
  public var boundaries: [GroupView]
  public var services: [GroupView]
  public var campaigns: [GroupView]
  public var remarks: [RemarkView]

  /// A pack that no office has published.
  public init(_ pack: RegimePack) {
    self.init(pack, regimes: pack.regimes.map { Clerk.preview($0, of: pack) }, isPublished: false)
  }

  init(_ pack: RegimePack, regimes: [RegimeView], isPublished: Bool) {
    self.pack = pack.code
    version = pack.version
    self.isPublished = isPublished
    issuer = pack.issuer
    document = pack.document
    effective = pack.effective.description
    self.regimes = regimes
    duties = pack.duties.map(GroupView.init)
    boundaries = pack.boundaries.map(GroupView.init)
    services = pack.services.map(GroupView.init)
    campaigns = pack.campaigns.map(GroupView.init)
    remarks = pack.remarks.map {
      RemarkView(id: $0.id, finding: $0.finding, chosen: $0.chosen, source: $0.source)
    }
  }
}

/// What a version of a pack changes (`docket regime diff`).
public struct PackDiffView: Sendable, Hashable, Codable {
  /// Open files pinned to a version.
  public struct Pinned: Sendable, Hashable, Codable {
    public var version: Int
    public var openFiles: Int
  }

  public var pack: String
  /// The newest version published here; `nil`: none is, and there is nothing to compare.
  public var oldVersion: Int?
  public var newVersion: Int
  public var changes: [PackChange]
  /// By version.
  public var pinned: [Pinned]
  /// What becomes of open files.
  public var note: Bilingual
  /// Why it could not be published as it is; `nil`: it could.
  public var obstacle: Bilingual?
}

/// A boundary that a text touches: other departments share the matter (职责边界).
public struct ReferralView: Sendable, Hashable, Codable {
  public var pack: String
  public var version: Int
  /// The boundary's keywords that occur in the text, in the pack's order.
  public var matched: [String]
  public var boundary: GroupView

  /// Boundaries whose keywords occur in a text, those with most first; white space counts nothing.
  public static func suggestions(for text: String, in packs: [RegimePack]) -> [ReferralView] {
    let text = text.filter { !$0.isWhitespace }
    let found = packs.flatMap { pack in
      pack.boundaries.compactMap { group -> ReferralView? in
        let matched = group.keywords.filter { keyword in
          let word = keyword.filter { !$0.isWhitespace }
          return !word.isEmpty && text.contains(word)
        }
        return matched.isEmpty
          ? nil
          : ReferralView(pack: pack.code, version: pack.version, matched: matched, boundary: GroupView(group))
      }
    }
    return found.enumerated().sorted { left, right in
      (right.element.matched.count, left.offset) < (left.element.matched.count, right.offset)
    }.map(\.element)
  }
}
