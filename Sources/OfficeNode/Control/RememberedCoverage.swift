import Casebook
import Replication
import Synchronization

/// Coverage that was counted for earlier boards, in memory.
final class RememberedCoverage: CoverageShelf {
  /// About half a kibibyte each: 25 MiB for a province of 200 districts with 250 indicators.
  static let rowsMax = 50_000

  private struct State {
    var kept: [OfficeCode: KeptCoverage] = [:]
    var rows = 0
    var merges: KeptMerges?
  }

  private let state = Mutex(State())

  func kept(_ office: OfficeCode) -> KeptCoverage? { state.withLock { $0.kept[office] } }

  /// What does not fit is counted anew each time.
  func keep(_ coverage: KeptCoverage, of office: OfficeCode) {
    state.withLock { state in
      state.rows -= state.kept.removeValue(forKey: office)?.count ?? 0
      guard state.rows + coverage.count <= Self.rowsMax else { return }
      state.rows += coverage.count
      state.kept[office] = coverage
    }
  }

  func keptMerges() -> KeptMerges? { state.withLock { $0.merges } }
  func keep(_ merges: KeptMerges) { state.withLock { $0.merges = merges } }
}
