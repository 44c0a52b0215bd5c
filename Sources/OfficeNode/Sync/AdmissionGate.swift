/// Lets one session at a time store what it catches up with. The node's transactions follow each other in the order in
/// which they were asked for: with hundreds of sessions that catch up, a live act would wait behind a transaction of each.
/// Past this gate at most one of those is ahead of it.
actor AdmissionGate {
  private var isTaken = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func enter() async {
    guard isTaken else {
      isTaken = true
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  func leave() {
    guard !waiting.isEmpty else {
      isTaken = false
      return
    }
    waiting.removeFirst().resume()
  }
}
