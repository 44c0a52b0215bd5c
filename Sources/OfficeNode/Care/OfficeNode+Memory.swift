import ReplicaStore

extension OfficeNode {
  /// A serving node has worked. When no more work follows for a while, what it left behind is given back: the database's
  /// pages, freed memory, code that is not in use. A node that rests does not wake up for this.
  func worked() {
    guard isServing else { return }
    restsAt = .now + Self.restTime
    guard release == nil else { return }
    // Holds no node: one that is closed lets go of its home at once.
    release = Task { [weak self] in
      while let pause = await self?.released() {
        guard (try? await Task.sleep(for: pause, tolerance: Self.tolerance)) != nil else { return }
      }
    }
  }

  /// Gives memory back where no work came for as long as that takes. Looks and acts in one step: work that came between
  /// the two would lose what it had just read, and nobody would come again for what it leaves.
  /// - Returns: how long to wait before the next try; `nil` when it was given back.
  func released() -> Duration? {
    let pause = ContinuousClock.now.duration(to: restsAt)
    if pause > .zero { return pause }
    release = nil
    // Nothing depends on it: a database in use keeps its pages until the next time.
    try? store.releaseMemory()
    ProcessMemory.release()
    return nil
  }

  /// Long enough that the sessions of one round and the commands of one person share it: what is released in between
  /// would be read again at once.
  private static let restTime = Duration.seconds(10)
  private static let tolerance = Duration.seconds(1)
}
