import PeerTransport

extension OfficeNode {
  /// Where the superior is called: what the administrator set, else the address of the invitation; `nil`: nowhere.
  /// - Throws: `DeskFailure` for an address in the office's settings that cannot be read.
  func superiorPeerAddress() throws -> PeerAddress? {
    if let set = configuration?.superiorAddress { return set }
    return try StoreFailures.mapped { try settings.superiorAddress.map { try PeerAddress($0) } }
  }

  /// The same as people read it. Of an address that cannot be read the office's settings show what it is.
  var calledAddress: String? {
    (try? superiorPeerAddress())?.description ?? settings.superiorAddress
  }
}

extension NodeConfiguration.Attachments {
  /// These where they are set, else the office's.
  func over(_ settings: AttachmentSettings) -> AttachmentSettings {
    var result = settings
    result.largest = bytesMax ?? settings.largest
    result.eager = eagerBytesMax ?? settings.eager
    result.quota = quotaBytes ?? settings.quota
    return result
  }
}

extension NodeConfiguration {
  /// What `docket serve` does.
  public var plan: NodeService.Plan {
    NodeService.Plan(
      listen: listen?.description, dials: isLive, shortestWait: .seconds(backoff.lowerBound),
      longestWait: .seconds(backoff.upperBound))
  }

  /// What `docket sync --watch` does: it was asked to stay in contact, and takes no calls.
  public var watchPlan: NodeService.Plan {
    var plan = plan
    plan.listen = nil
    plan.dials = true
    return plan
  }
}
