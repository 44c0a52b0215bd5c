import Testing

/// City, district and town, each a process in a network namespace of its own; `README.md` says how it is measured.
@Suite("Three nodes over bad lines", .serialized)
struct NetworkTests {
  /// What the engine promises: each byte of payload goes over a line at most so often, what a cut took with it included.
  private static let ratioMax = 1.1

  private func hold(_ figures: Harness.Figures) {
    #expect(figures.links.count == 2)
    for (office, link) in figures.links {
      #expect(link.up.payload > 0 && link.down.payload > 0, "\(figures.line), \(office)")
      #expect(link.ratio <= Self.ratioMax && link.wireRatio <= Self.ratioMax, "\(figures.line), \(office): \(link)")
    }
    print("network \(figures.line): \(figures.seconds) s, \(figures.cuts) cuts, \(figures.links)")
  }

  @Test(
    "a slow line that resets every five seconds", .timeLimit(.minutes(5)),
    .enabled("needs root, ip, tc and python3") { Harness.unfit == nil })
  func slice() async throws {
    let figures = try await Harness.line("slice", cases: 150, live: 3, patience: 120)
    hold(figures)
    #expect(figures.cuts > 0 && figures.links.values.contains { $0.connections > 1 })
  }

  @Test(
    "each kind of bad line, a day's work, and everything bad at once", .timeLimit(.minutes(30)),
    .enabled("half an hour; needs DOCKET_NETWORK=1, and what the first needs") { Harness.unfitForLong == nil },
    arguments: ["clean", "delay", "loss", "narrow", "flaps", "cuts", "forgets", "together", "harsh", "all"])
  func line(kind: String) async throws {
    hold(try await Harness.line(kind, cases: 600, live: 20, patience: 900))
  }

  /// Everything at once, and each cut ends all connections too. What was under way then is lost, and the line's
  /// (`README.md` says how much); what arrived is not sent again.
  @Test(
    "everything bad at once, and resets", .timeLimit(.minutes(30)),
    .enabled("five minutes and more; needs DOCKET_NETWORK=1, and what the first needs") { Harness.unfitForLong == nil })
  func resets() async throws {
    let figures = try await Harness.line("all_resets", cases: 40, live: 20, patience: 1_300)
    #expect(figures.links.count == 2 && figures.cuts > 0)
    for (office, link) in figures.links {
      #expect(link.up.payload > 0 && link.down.payload > 0 && link.connections > 1, "\(office)")
      #expect(link.ratio <= Self.ratioMax, "\(office): \(link)")
    }
    print("network all_resets: \(figures.seconds) s, \(figures.cuts) cuts, \(figures.links)")
  }

  @Test(
    "peers and routers that go without a word", .timeLimit(.minutes(15)),
    .enabled("a quarter of an hour; needs DOCKET_NETWORK=1, and what the first needs") { Harness.unfitForLong == nil },
    arguments: ["held", "held_down", "vanished", "replaced", "mute", "stopping"])
  func gone(kind: String) async throws {
    print(try await Harness.gone(kind, patience: 300))
  }

  @Test(
    "live acts while 200 MB go up over 8 Mbit/s", .timeLimit(.minutes(20)),
    .enabled("needs DOCKET_NETWORK=upload, and what the first needs") { Harness.unfitForUpload == nil })
  func upload() async throws {
    let figures = try await Harness.upload(megabytes: 200, acts: 100)
    print("network upload: \(figures)")
    #expect(figures.busy.p99 <= 2 + figures.delay)
    #expect(figures.ratio <= Self.ratioMax)
  }
}
