extension SessionRunner {
  /// Which side this is, and how long it stays.
  enum Role: Sendable, Hashable {
    /// We called; hangs up when everything is exchanged.
    case caller
    /// We called; stays, if the peer knows how to.
    case stayingCaller
    /// The peer called; it hangs up, so that nothing it still needs is cut off.
    case listener
  }
}
