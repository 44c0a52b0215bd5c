import Casebook
import Casework
import Replication
import ReplicaStore
import SignatureSuites

/// Answers that are made of many rows: they read a state of their own, beside the node. The board over a province's
/// register, or a check of the whole log, takes seconds to minutes, and what arrives live must not wait for it.
extension OfficeNode {
  /// Carries out a request that only reads, on the state as of when its turn comes.
  /// - Throws: `DeskFailure`.
  nonisolated func look(
    _ request: DeskRequest, progress: @escaping @Sendable (DeskProgress) -> Void
  ) async throws -> DeskReply {
    try await readers.run(in: request.readingLane ?? .rows) {
      try await view()
    } _: { view in
      defer { view.snapshot.close() }
      return try StoreFailures.mapped {
        try view.snapshot.read { try view.clerk().perform(request, in: $0, progress: progress) }
      }
    }
  }

  /// What the office looks like at one moment: no transaction lies between what the node knows of the tree and the
  /// state of the database.
  private func view() throws -> OfficeView {
    OfficeView(
      context: context, signer: signer, effects: effects, coverage: coverage,
      snapshot: try StoreFailures.mapped { try home.openSnapshot() })
  }

  /// How the contact with an office is, the node alone knows.
  func withPeer(_ reply: DeskReply) throws -> DeskReply {
    guard case .office(var view) = reply else { return reply }
    view.peer = try peers().first { $0.office == view.office }
    return .office(view)
  }
}

/// A state of the database with what is known beside it.
private struct OfficeView: Sendable {
  let context: ReplicaContext
  let signer: SoftwareSigner
  let effects: SystemEffects
  let coverage: RememberedCoverage
  let snapshot: StoreSnapshot

  func clerk() -> Clerk {
    Clerk(
      context: context, signer: signer, now: effects.now(), makeID: effects.newID, coverageShelf: coverage)
  }
}

extension DeskRequest {
  /// Where the answer is read when it is made of many rows, and of nothing but rows; `nil`: at the node.
  var readingLane: DeskReaders.Lane? {
    switch self {
    case .board, .coverage, .tallies, .overdue, .conflicts, .fileList, .subjectList, .subjectShow, .subjectDuplicates,
      .numberRegister, .quarantine:
      .rows
    case .verify, .log, .explain: .log
    default: nil
    }
  }
}
