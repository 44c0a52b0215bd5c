/// A text a person sees, in both languages.
public struct Bilingual: Sendable, Hashable, Codable {
  public var zh: String
  public var en: String

  public init(zh: String, en: String) {
    self.zh = zh
    self.en = en
  }

  public subscript(language: Language) -> String {
    switch language {
    case .zh: zh
    case .en: en
    }
  }
}

/// The reader's language; Chinese when in doubt.
public enum Language: String, Sendable, Hashable, Codable, CaseIterable {
  case zh, en
}
