import Replication

@testable import OfficeNode

/// A line between two sides in virtual time: so many bits a second each way, so much delay, whole frames in order, and
/// nothing after a cut.
struct SlowLink {
  /// On its way.
  private struct Flight {
    let isUp: Bool
    let bytes: Int
    let frame: AttachmentFrame?
    let sent: Double
    let leaves: Double
  }

  let bitsPerSecond: Double
  /// One way, milliseconds.
  let delay: Double
  /// Content on the line, also of frames that did not arrive.
  private(set) var contentSent = 0.0
  private(set) var now = 0.0
  /// How long acts waited that were put on the line, beyond its own delay and their own length, milliseconds.
  private(set) var waits: [Double] = []
  private var free: [Bool: Double] = [true: 0, false: 0]
  private var flights: [Flight] = []

  init(bitsPerSecond: Double, delay: Double) {
    self.bitsPerSecond = bitsPerSecond
    self.delay = delay
  }

  /// Overhead of TLS and TCP for each frame.
  private static let overhead = 80

  private mutating func put(_ frame: AttachmentFrame?, bytes: Int, isUp: Bool) {
    let start = max(now, free[isUp] ?? 0)
    let leaves = start + Double(bytes + Self.overhead) * 8_000 / bitsPerSecond
    free[isUp] = leaves
    flights.append(Flight(isUp: isUp, bytes: bytes, frame: frame, sent: now, leaves: leaves))
  }

  mutating func put(_ frames: [AttachmentFrame], isUp: Bool) {
    for frame in frames { put(frame, bytes: frame.encoded.count, isUp: isUp) }
  }

  /// An act that is recorded now.
  mutating func putAct(isUp: Bool) { put(nil, bytes: 600, isUp: isUp) }

  /// Goes on to the next arrival.
  /// - Returns: `nil` when nothing is on the line, or all of it would arrive after `end`.
  mutating func next(before end: Double) -> (frame: AttachmentFrame?, isUp: Bool)? {
    guard let index = flights.indices.min(by: { flights[$0].leaves < flights[$1].leaves }),
      flights[index].leaves + delay <= end
    else { return nil }
    let flight = flights.remove(at: index)
    now = max(now, flight.leaves + delay)
    if flight.frame == nil {
      waits.append(flight.leaves - flight.sent - Double(flight.bytes + Self.overhead) * 8_000 / bitsPerSecond)
    }
    contentSent += Double(Self.content(flight.frame))
    return (flight.frame, flight.isUp)
  }

  /// Nothing on the line arrives any more.
  mutating func cut(at time: Double) {
    for flight in flights {
      let length = Double(flight.bytes + Self.overhead) * 8_000 / bitsPerSecond
      let share = min(1, max(0, (time - (flight.leaves - length)) / length))
      contentSent += share * Double(Self.content(flight.frame))
    }
    flights = []
    now = max(now, time)
    free = [true: now, false: now]
  }

  private static func content(_ frame: AttachmentFrame?) -> Int {
    if case .piece(_, let bytes)? = frame { bytes.count } else { 0 }
  }
}
