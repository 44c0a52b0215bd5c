import Casebook
import Casework
import Foundation
import ReplicaStore
import Replication

/// Attachments: content goes into the store beside the node's work, then its record into the log.
extension OfficeNode {
  /// A crash between the two leaves content that no record names; adding the file again takes it up.
  nonisolated func attach(
    _ draft: AttachmentDraft, progress: @escaping @Sendable (DeskProgress) -> Void
  ) async throws -> AttachedView {
    let (checked, policy) = try await checkAttachment(draft)
    let taken = try await BackgroundWork.run { [blobs] in try blobs.take(draft.path, under: policy, progress: progress) }
    return try await recordAttachment(checked, taken)
  }

  private func checkAttachment(_ draft: AttachmentDraft) throws -> (Clerk.CheckedAttachment, BlobPolicy) {
    if mayNotWrite { throw NodeFailure.restored }
    let clerk = clerk
    let checked = try StoreFailures.mapped { try store.read { try clerk.checkAttachment(draft, in: $0) } }
    return (checked, blobPolicy)
  }

  private func recordAttachment(
    _ checked: Clerk.CheckedAttachment, _ taken: BlobStore.Taken
  ) throws -> AttachedView {
    if mayNotWrite { throw NodeFailure.restored }
    let clerk = clerk
    var view = try StoreFailures.mapped {
      try store.transaction {
        let view = try clerk.addAttachment(
          checked, manifest: taken.manifest, blob: taken.blob, wasHeld: taken.wasHeld, in: $0)
        try AttachmentLedger.settle([taken.blob], in: $0)
        return view
      }
    }
    try noteHighWater()
    // Somebody may have been waiting for the same content.
    attachmentNews.tell(.arrived(taken.blob))
    view.attachment = withContent(view.attachment)
    return view
  }

  /// Writes an attachment to a file; content that is not here is asked for.
  nonisolated func takeOut(
    _ take: AttachmentTake, progress: @escaping @Sendable (DeskProgress) -> Void
  ) async throws -> AttachmentTakenView {
    var view = withContent(try await attachment(take))
    guard let blob = BlobID(hex: view.blob) else { throw AttachmentProblem.absent(view) }
    if view.state != BlobState.present.rawValue {
      let (policy, isServing) = await (blobPolicy, isServing)
      if let refusal = policy.refusal(of: view.length, used: blobs.used() - blobs.fetched(blob)) {
        throw AttachmentProblem.unwanted(view, refusal, used: blobs.used(), policy)
      }
      try await askForBlob(blob)
      if let seconds = take.wait, isServing { await wait(for: blob, seconds: seconds) }
      view = withContent(view)
      guard view.state == BlobState.present.rawValue else { throw AttachmentProblem.absent(view) }
    }
    var path = take.path
    if BundleFiles.isFolder(path) {
      path += (path.hasSuffix("/") ? "" : "/") + AttachmentName.safe(view.name, number: view.number)
    }
    let target = path
    try await BackgroundWork.run { [blobs] in try blobs.write(blob, to: target, progress: progress) }
    return AttachmentTakenView(path: target, attachment: view)
  }

  /// Waits until the content is here, or not any longer.
  private nonisolated func wait(for blob: BlobID, seconds: Int) async {
    let (arrivals, arrived) = AsyncStream<Void>.makeStream()
    let listener = attachmentNews.add { if $0 == .arrived(blob) { arrived.yield() } }
    defer { attachmentNews.remove(listener) }
    // It may have come before anybody listened.
    if blobs.isPresent(blob) { return }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for await _ in arrivals { return } }
      group.addTask { try? await Task.sleep(for: .seconds(min(max(0, seconds), Self.waitMax))) }
      await group.next()
      group.cancelAll()
    }
  }

  /// Seconds that somebody waits at a terminal at most: a day.
  private static let waitMax = 86_400

  private func attachment(_ take: AttachmentTake) throws -> AttachmentView {
    let clerk = clerk
    return try StoreFailures.mapped { try store.read { try clerk.attachment(take.attachment, of: take.file, in: $0) } }
  }

  // MARK: States

  /// The reply with what is here of every attachment in it.
  nonisolated func withContent(_ reply: DeskReply) -> DeskReply {
    switch reply {
    case .file(var view):
      view.attachments = view.attachments.map(withContent)
      return .file(view)
    case .attachments(let views): return .attachments(views.map(withContent))
    default: return reply
    }
  }

  private nonisolated func withContent(_ view: AttachmentView) -> AttachmentView {
    guard let blob = BlobID(hex: view.blob) else { return view }
    var view = view
    let (state, held) = blobs.state(of: blob, length: view.length)
    (view.state, view.held) = (state.rawValue, held)
    return view
  }

  // MARK: Limits

  /// The office's own limits under what the administrator set for this machine.
  var blobPolicy: BlobPolicy {
    var limits = settings.attachments ?? AttachmentSettings()
    if let set = configuration?.attachments { limits = set.over(limits) }
    return limits.policy
  }

  func attachmentLimits(_ draft: AttachmentLimitsDraft) throws -> AttachmentLimitsView {
    if draft.isChange {
      var changed = settings.attachments ?? AttachmentSettings()
      changed.quota = draft.quota ?? changed.quota
      changed.largest = draft.largest ?? changed.largest
      changed.eager = draft.eager ?? changed.eager
      guard changed.isSound else { throw AttachmentProblem.limits(draft) }
      var settings = settings
      settings.attachments = changed
      try settings.write(home)
      self.settings = settings
      // What was left for its size may be fetched now.
      try StoreFailures.mapped { try store.transaction { try AttachmentLedger.lookAgain(in: $0) } }
      attachmentNews.tell(.wanted)
    }
    let policy = blobPolicy
    return AttachmentLimitsView(
      quota: policy.quota, largest: policy.bytesMax, eager: policy.eagerMax, used: blobs.used())
  }

  // MARK: Checks

  /// What the log names, by what is here of it.
  func namedBlobs() throws -> [(blob: BlobID, length: Int)] {
    try StoreFailures.mapped { try store.read { try Clerk.namedBlobs(in: $0) } }
  }

  /// Reads every content that is here and compares it with its name. What is missing is a state, not a fault.
  nonisolated func auditAttachments(
    _ view: VerifyView, progress: @escaping @Sendable (DeskProgress) -> Void
  ) async throws -> VerifyView {
    let named = try await namedBlobs()
    let office = initialContext.office.text
    return try await BackgroundWork.run { [blobs] in
      var view = view
      let (counts, altered) = blobs.audit(named, progress: progress)
      view.attachments = counts
      for blob in altered {
        view.problems.append(
          VerifyProblem(
            office: office, stream: "blobs", seq: nil, code: "attachment-altered",
            message: AttachmentProblem.altered(blob).message))
      }
      return view
    }
  }

  /// By names and lengths alone: `verify` reads the content.
  func attachmentsCheck() throws -> DoctorCheck {
    let named = try namedBlobs()
    let counts = blobs.counts(of: named)
    let (used, policy) = (blobs.used(), blobPolicy)
    let known = Set(named.map(\.blob))
    let unnamed = blobs.layout.present().filter { !known.contains($0.blob) }
    let size = AttachmentProblem.size
    var zh = "附件 \(counts.named) 件：在本机 \(counts.present)，部分在本机 \(counts.partial)，不在本机 \(counts.absent)，不取回 \(counts.refused)；已用 \(size(used))，配额 \(size(policy.quota))。"
    var en = "\(counts.named) attachments: \(counts.present) here, \(counts.partial) partly, \(counts.absent) not, \(counts.refused) refused; \(size(used)) of a quota of \(size(policy.quota)) used."
    if !unnamed.isEmpty {
      let bytes = size(unnamed.reduce(0) { $0 + $1.bytes })
      zh += "另有 \(unnamed.count) 份内容（\(bytes)）没有登记引用。"
      en += " \(unnamed.count) more contents (\(bytes)) are named by no record."
    }
    // The last tenth is time to say so.
    guard used > policy.quota / 10 * 9 else {
      return DoctorCheck(id: "attachments", finding: .good, message: Bilingual(zh: zh, en: en), remedy: nil)
    }
    return DoctorCheck(
      id: "attachments", finding: .notice, message: Bilingual(zh: zh, en: en),
      remedy: Bilingual(
        zh: "配额将满；磁盘有余量的，用 docket attach limits --quota 提高。",
        en: "The quota is nearly used up; where the disk has room, raise it with docket attach limits --quota."))
  }

  private var clerk: Clerk {
    Clerk(context: context, signer: signer, now: effects.now(), makeID: effects.newID, randomBytes: effects.randomBytes)
  }
}
