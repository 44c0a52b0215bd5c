import Casebook
import Casework
import Logging
import ReplicaStore
import Replication

/// What sessions ask the replica about content: which blobs are looked for, and who may have which.
extension OfficeNode {
  /// Blobs that are looked for and that the peer may have, and which of them a person or a peer asked for.
  func dueBlobs(
    with peer: OfficeCode
  ) throws -> (due: [AttachmentLedger.Named], asked: Set<BlobID>, count: UInt64) {
    try compareBlobFolder()
    let context = context
    return try StoreFailures.mapped {
      try store.read {
        (
          try AttachmentLedger.due(with: peer, context, in: $0), try AttachmentLedger.asked(in: $0),
          try AttachmentLedger.count(in: $0)
        )
      }
    }
  }

  /// How often something was marked to be looked for.
  func attachmentCount() throws -> UInt64 {
    try StoreFailures.mapped { try store.read { try AttachmentLedger.count(in: $0) } }
  }

  /// Whether a peer may have a blob, and whether this office could come by it elsewhere.
  func passing(_ blob: BlobID, with peer: OfficeCode) throws -> AttachmentLedger.Passing {
    let context = context
    return try StoreFailures.mapped { try store.read { try AttachmentLedger.passing(blob, with: peer, context, in: $0) } }
  }

  /// The blobs are here.
  func settleBlobs(_ blobs: [BlobID]) throws {
    guard !blobs.isEmpty else { return }
    try StoreFailures.mapped { try store.transaction { try AttachmentLedger.settle(blobs, in: $0) } }
  }

  /// A session ends in which blobs came.
  func settleBlobStreams() throws {
    try StoreFailures.mapped { try store.transaction { try AttachmentLedger.settleStreams(in: $0) } }
  }

  /// Looks for a blob whatever its size, from now on.
  func askForBlob(_ blob: BlobID) throws {
    let isAsked = try StoreFailures.mapped { try store.read { try AttachmentLedger.isAsked(blob, in: $0) } }
    if !isAsked { try StoreFailures.mapped { try store.transaction { try AttachmentLedger.ask(for: blob, in: $0) } } }
    attachmentNews.tell(.wanted)
  }

  /// A database that was restored, or a folder that was lost, put back or copied from another machine: everything is
  /// looked for again.
  private func compareBlobFolder() throws {
    let mark = try blobs.mark()
    let isCompared = try StoreFailures.mapped { try store.read { try AttachmentLedger.isCompared(folder: mark, in: $0) } }
    if !isCompared {
      try StoreFailures.mapped { try store.transaction { try AttachmentLedger.compare(folder: mark, in: $0) } }
    } else if isMoved, !hasLookedAgain {
      // A restored database remembers the folder of when it was saved: an older copy of that one bears the same mark.
      try StoreFailures.mapped { try store.transaction { try AttachmentLedger.lookAgain(in: $0) } }
    }
    hasLookedAgain = true
  }

  func logAltered(_ blob: BlobID, for peer: OfficeCode, _ cause: any Error) {
    logger.error("attachment altered", metadata: LogCause.of(cause, ["blob": "\(blob)", "peer": "\(peer)"]))
  }

  func logLeft(_ peer: OfficeCode, _ cause: any Error) {
    logger.warning("attachment marks not kept", metadata: LogCause.of(cause, ["peer": "\(peer)"]))
  }

  func logUnkept(_ blob: BlobID, from peer: OfficeCode, _ cause: any Error) {
    logger.warning("attachment not kept", metadata: LogCause.of(cause, ["blob": "\(blob)", "peer": "\(peer)"]))
  }
}
