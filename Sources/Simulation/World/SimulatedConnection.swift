import Replication

/// A connection between an office and its superior: frames arrive in order or not at all, and it may break at any of
/// them, for one side sooner than for the other.
struct SimulatedConnection {
  enum Side: Int, Sendable, Hashable, CaseIterable {
    /// The subordinate, which calls and hangs up.
    case caller = 0
    case callee = 1

    var other: Side { self == .caller ? .callee : .caller }
  }

  struct End {
    let office: Int
    var session: SyncSession
    /// Whether this side still listens.
    var isOpen = true
    var isComplete = false
    /// The office's count of moves up to which the session knows of them.
    var moves: UInt64
    /// When the last frame sent to this side arrives; later ones come after it.
    var lastArrival: UInt64 = 0
  }

  let id: Int
  var ends: [End]
  /// Nothing arrives any more.
  var isCut = false
  /// The side whose last frame breaks off on its way.
  var torn: Side?

  subscript(side: Side) -> End {
    get { ends[side.rawValue] }
    set { ends[side.rawValue] = newValue }
  }
}
