/// A file on this machine that becomes an attachment (`docket attach add`).
public struct AttachmentDraft: Sendable, Hashable, Codable {
  /// Number or id of the case, inspection, complaint or order it belongs to.
  public var file: String
  /// Absolute.
  public var path: String
  /// What it is called from now on; `nil`: the last part of the path.
  public var name: String?
  public var note: String?
  /// Day on which it was taken (照相、录音、取得), `YYYY-MM-DD`; `nil`: not said.
  public var takenOn: String?
  /// `nil`: by the name's ending.
  public var mediaType: String?
  /// Login of the officer who adds it; `nil`: not said.
  public var officer: String?

  public init(
    file: String, path: String, name: String? = nil, note: String? = nil, takenOn: String? = nil,
    mediaType: String? = nil, officer: String? = nil
  ) {
    self.file = file
    self.path = path
    self.name = name
    self.note = note
    self.takenOn = takenOn
    self.mediaType = mediaType
    self.officer = officer
  }
}

/// An attachment's content that is wanted as a file (`docket attach get`).
public struct AttachmentTake: Sendable, Hashable, Codable {
  public var file: String
  /// Its number in the file's list, or the first eight or more digits of its id.
  public var attachment: String
  /// Absolute path of the file to write, or of a folder.
  public var path: String
  /// Seconds to wait for content that is not here; `nil`: it is asked for, and comes with the next session.
  public var wait: Int?

  public init(file: String, attachment: String, path: String, wait: Int? = nil) {
    self.file = file
    self.attachment = attachment
    self.path = path
    self.wait = wait
  }
}

/// What an office is to take of attachments; `nil`: as it is.
public struct AttachmentLimitsDraft: Sendable, Hashable, Codable {
  /// Bytes of all attachments.
  public var quota: Int?
  /// Bytes of one.
  public var largest: Int?
  /// Bytes up to which one is fetched without being asked for.
  public var eager: Int?

  public init(quota: Int? = nil, largest: Int? = nil, eager: Int? = nil) {
    self.quota = quota
    self.largest = largest
    self.eager = eager
  }

  public var isChange: Bool { quota != nil || largest != nil || eager != nil }
}

public struct AttachmentLimitsView: Sendable, Hashable, Codable {
  public var quota: Int
  public var largest: Int
  public var eager: Int
  /// Bytes that all content here takes, also what is partly here.
  public var used: Int

  public init(quota: Int, largest: Int, eager: Int, used: Int) {
    self.quota = quota
    self.largest = largest
    self.eager = eager
    self.used = used
  }
}

/// An attachment as its record says, and what is here of its content.
public struct AttachmentView: Sendable, Hashable, Codable {
  /// Place in the file's list, from 1: by the ids, so by the time they were made.
  public var number: Int
  public var id: String
  public var name: String
  public var mediaType: String
  /// Bytes.
  public var length: Int
  /// Hash of the content, 64 hexadecimal digits.
  public var blob: String
  /// `absent`, `partial`, `present` or `refused`.
  public var state: String
  /// Bytes of the content that are here.
  public var held: Int
  /// Office that added it; absent where it has no seat here.
  public var office: String?
  /// Name of the officer.
  public var officer: String?
  public var takenOn: String?
  public var note: String?

  public init(
    number: Int, id: String, name: String, mediaType: String, length: Int, blob: String, state: String, held: Int,
    office: String?, officer: String?, takenOn: String?, note: String?
  ) {
    self.number = number
    self.id = id
    self.name = name
    self.mediaType = mediaType
    self.length = length
    self.blob = blob
    self.state = state
    self.held = held
    self.office = office
    self.officer = officer
    self.takenOn = takenOn
    self.note = note
  }
}

/// An attachment that was added.
public struct AttachedView: Sendable, Hashable, Codable {
  /// Number of the file it belongs to.
  public var file: String
  public var attachment: AttachmentView
  /// The content was here already, of another attachment: it takes no room again.
  public var wasHeld: Bool
  public var entry: String

  public init(file: String, attachment: AttachmentView, wasHeld: Bool, entry: String) {
    self.file = file
    self.attachment = attachment
    self.wasHeld = wasHeld
    self.entry = entry
  }
}

/// An attachment's content that was written to a file, verified.
public struct AttachmentTakenView: Sendable, Hashable, Codable {
  public var path: String
  public var attachment: AttachmentView

  public init(path: String, attachment: AttachmentView) {
    self.path = path
    self.attachment = attachment
  }
}

/// How many attachments there are in each state; one content that several name counts for each.
public struct AttachmentCounts: Sendable, Hashable, Codable {
  public var present = 0
  public var partial = 0
  public var absent = 0
  public var refused = 0
  /// Bytes that were read and compared with their hashes.
  public var bytesChecked = 0

  public init() {}

  public var named: Int { present + partial + absent + refused }
}
