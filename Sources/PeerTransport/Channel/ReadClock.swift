package import NIOCore

/// How long a peer has been silent, and how long it has been at one frame, not counting when nobody read. A value: the
/// time is passed in.
package struct ReadClock: Sendable {
  private var silence: TimeAmount
  private let frame: TimeAmount
  private var heardAt: NIODeadline
  private var frameBeganAt: NIODeadline?
  private var pausedAt: NIODeadline?

  package init(silence: TimeAmount, frame: TimeAmount, at now: NIODeadline) {
    self.silence = silence
    self.frame = frame
    heardAt = now
  }

  /// Bytes arrived.
  /// - Parameters:
  ///   - frames: frames that ended with them.
  ///   - isWithinFrame: whether they end within one.
  package mutating func heard(frames: Int, isWithinFrame: Bool, at now: NIODeadline) {
    heardAt = now
    if !isWithinFrame {
      frameBeganAt = nil
    } else if frames > 0 || frameBeganAt == nil {
      frameBeganAt = now
    }
  }

  /// The peer may be silent for so long from now on.
  package mutating func bear(_ silence: TimeAmount) { self.silence = silence }

  /// Nothing is read from now on.
  package mutating func pause(at now: NIODeadline) { if pausedAt == nil { pausedAt = now } }

  /// Reading goes on.
  package mutating func resume(at now: NIODeadline) {
    guard let pausedAt else { return }
    let pause = now - pausedAt
    heardAt = heardAt + pause
    frameBeganAt = frameBeganAt.map { $0 + pause }
    self.pausedAt = nil
  }

  /// When the peer is to be cut off unless it says something; `nil` while nobody reads.
  package var deadline: NIODeadline? {
    guard pausedAt == nil else { return nil }
    return min(heardAt + silence, frameBeganAt.map { $0 + frame } ?? .distantFuture)
  }

  /// Why the peer is to be cut off now.
  package func verdict(at now: NIODeadline) -> CutOff? {
    guard let deadline, deadline <= now else { return nil }
    return frameBeganAt.map { $0 + frame <= now } == true ? .slowFrame : .silent
  }
}
