import Replication

/// An entry of a dossier, checked as far as a node that holds its stream would have: the author's key as a superior
/// states it, the payload's hash, the signature of this one entry.
struct DossierEntry {
  let entry: Entry
  let changes: [Change]

  enum Failure: String, Error, CaseIterable {
    case unreadable
    case unknownAuthor = "unknown-author"
    case payloadAltered = "payload-altered"
    case badSignature = "bad-signature"
    /// It says more than the file and its subject: what else stands in it is not the receiver's.
    case otherFile = "other-file"
  }

  init(_ bytes: [UInt8], of file: RecordID, in context: ReplicaContext) throws(Failure) {
    do throws(CBORReader.Failure) {
      entry = try Entry(decoding: bytes)
      changes = try entry.changes()
    } catch {
      throw .unreadable
    }
    let author = entry.header.stream.author
    guard let key = context.tree.publicKey(author) ?? context.tree.guestKey(author),
      let suite = context.suites[entry.header.suite]
    else { throw .unknownAuthor }
    guard entry.isPayloadIntact(using: suite) else { throw .payloadAltered }
    guard key.fingerprint(using: suite) == author, entry.isSigned(by: key, using: suite) else { throw .badSignature }
    guard Self.concerns(changes, only: file) else { throw .otherFile }
  }

  /// Whether an entry may be shown to whom a file is transferred: it holds nothing but acts and the record of the file,
  /// its attachments, and subjects. Visibility is never decided inside an entry.
  static func concerns(_ changes: [Change], only file: RecordID) -> Bool {
    !changes.isEmpty
      && changes.allSatisfy { change in
        switch change {
        case .act(let act): act.file == file && !act.rule.hasPrefix(ActRecord.notePrefix)
        case .record(let write):
          switch write.type {
          case RecordType.caseFile.number: write.id == file
          case RecordType.attachment.number: write.attachedFile == file
          default: isSubject(write, alone: changes)
          }
        default: false
        }
      }
  }

  /// One subject alone: an import of many is not shown for the sake of one.
  private static func isSubject(_ write: RecordWrite, alone changes: [Change]) -> Bool {
    write.type == RecordType.subject.number
      && changes.allSatisfy { change in
        guard case .record(let other) = change, other.type == write.type else { return true }
        return other.id == write.id
      }
  }
}
