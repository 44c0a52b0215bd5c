/// Lets one session at a time store what it catches up with. The node's transactions follow each other in the order in
/// which they were asked for: with hundreds of sessions that catch up, a live act would wait behind a transaction of
/// each. Past this gate at most one of those is ahead of it.
///
/// Who comes to its end has a few small transactions left, each with a disk's flush. Hundreds that began together come
/// to it together, so they pass here too, but not behind those that have much before them.
actor AdmissionGate {
  private var isTaken = false
  private var waiting: [CheckedContinuation<Void, Never>] = []
  private var ending: [CheckedContinuation<Void, Never>] = []

  var waitingCount: Int { waiting.count + ending.count }

  /// - Parameter isEnding: little is left to be stored; goes before those of whom that is not known.
  func enter(isEnding: Bool = false) async {
    guard isTaken else {
      isTaken = true
      return
    }
    await withCheckedContinuation { if isEnding { ending.append($0) } else { waiting.append($0) } }
  }

  func leave() {
    if !ending.isEmpty {
      ending.removeFirst().resume()
    } else if !waiting.isEmpty {
      waiting.removeFirst().resume()
    } else {
      isTaken = false
    }
  }
}
