import Replication

/// Entries of one stream as they arrived: read, and where the frame was spare put together, but not verified.
enum ArrivedRun {
  case whole([Entry])
  case rebuilt(RebuiltRun)

  /// - Throws: `Admission.Failure.unreadable`, `.chain(.unknownSuite)`.
  init(_ carried: CarriedRun, suites: SuiteSet) throws {
    switch carried {
    case .whole(_, let encoded):
      do throws(CBORReader.Failure) {
        var entries: [Entry] = []
        entries.reserveCapacity(encoded.count)
        for bytes in encoded { entries.append(try Entry(decoding: bytes)) }
        self = .whole(entries)
      } catch {
        throw Admission.Failure.unreadable(error)
      }
    case .spare(let run):
      do throws(ChainFailure) {
        self = .rebuilt(try run.rebuilt(suites: suites))
      } catch {
        throw Admission.Failure.chain(error)
      }
    }
  }

  var entries: [Entry] {
    switch self {
    case .whole(let entries): entries
    case .rebuilt(let run): run.entries
    }
  }

  /// Leaves out the first `count` entries.
  func dropFirst(_ count: Int) -> ArrivedRun {
    guard count > 0 else { return self }
    switch self {
    case .whole(let entries): return .whole(Array(entries.dropFirst(count)))
    case .rebuilt(var run):
      run.removeFirst(count)
      return .rebuilt(run)
    }
  }

  /// - Returns: the stream's new head.
  func verified(
    after head: StreamHead?, of stream: StreamID, by key: PublicKey, suites: SuiteSet
  ) throws(ChainFailure) -> StreamHead {
    switch self {
    case .whole(let entries):
      try ChainCheck.verify(entries, continuing: head, of: stream, by: key, depth: .head, suites: suites)
    case .rebuilt(let run): try ChainCheck.verify(run, continuing: head, of: stream, by: key, suites: suites)
    }
  }
}
