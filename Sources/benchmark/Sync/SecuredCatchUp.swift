import ArgumentParser
import Casebook
import Dispatch
import Foundation
import Logging
import NIOPosix
import PeerTransport
import ReplicaStore
import Replication
import SignatureSuites

/// The engine's process once more, with the frames not from the file but over TLS on loopback: another process reads the
/// file and sends, the transport here decrypts and puts frames together, and a pipe hands them to the same reading and
/// applying. The pipe is one copy more than a node makes.
struct SecuredCatchUp: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "catch-up-secured", shouldDisplay: false)

  @Option var frames: String
  @Option var database: String
  @Option var offices: String
  @Option var entriesMin: Int
  @Option var entriesMax: Int

  func run() async throws {
    let context = try JSONDecoder().decode(Offices.self, from: Data(offices.utf8)).cityContext()
    let store = try ReplicaStore.create(path: database, schema: WorkloadSchema.schema, suites: .standard)
    let pipe = Pipe()
    let (began, hasBegun) = AsyncStream<ContinuousClock.Instant>.makeStream()
    let (applied, isApplied) = AsyncStream<Void>.makeStream()
    let listener = try await PeerListener.start(
      host: "127.0.0.1", port: 0, identity: try OfficeKeys("city").identity, verifier: FrameSender.anyone,
      group: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "benchmark")
    ) { connection in
      hasBegun.yield(.now)
      try? await Self.copy(connection, to: pipe.fileHandleForWriting)
      for await _ in applied { break }
    }
    let sender = Process()
    sender.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    sender.arguments = ["send-frames", "--frames", frames, "--port", "\(listener.port)"]
    try ResidentMemory.resetPeak()
    let before = try ResidentMemory.now()
    try sender.run()
    var start = ContinuousClock.now
    for await instant in began {
      start = instant
      break
    }
    let cpu = LocalActs.processSeconds()
    let entries = try await apply(pipe.fileHandleForReading.fileDescriptor, context, store)
    let result = CatchUpResult(
      wallSeconds: start.duration(to: .now) / .seconds(1), cpuSeconds: LocalActs.processSeconds() - cpu, entries: entries,
      memoryDeltaKibibytes: try ResidentMemory.peak() - before, rowsDigest: "")
    isApplied.finish()
    sender.waitUntilExit()
    await listener.close()
    print(String(decoding: try JSONEncoder().encode(result), as: UTF8.self))
  }

  /// Frames as the file has them, up to the one that says it was the last.
  private static func copy(_ connection: PeerConnection, to file: FileHandle) async throws {
    defer { try? file.close() }
    for try await frame in connection.frames {
      if frame == FrameSender.last { return }
      let head = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: frame.count >> $0) }
      try file.write(contentsOf: Data(head + frame))
    }
  }

  /// On a thread of its own: it waits for the disk.
  private func apply(_ descriptor: Int32, _ context: ReplicaContext, _ store: ReplicaStore) async throws -> Int {
    let commits = CommitCadence(least: entriesMin, most: entriesMax)
    return try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(
          with: Result {
            try CatchUp.apply(
              "/dev/fd/\(descriptor)", context: context, commits: commits, to: store)
          })
      }
    }
  }
}

/// Sends the frames of a file, in a process of its own.
struct FrameSender: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "send-frames", shouldDisplay: false)

  @Option var frames: String
  @Option var port: Int

  /// Whose certificate it is does not matter here: the handshake, in which a node would look, is not measured.
  static let anyone: PeerVerifier = { _ in .office("district") }
  static let last = SyncFrame.close(code: .normal, text: "").encoded

  func run() async throws {
    let connection = try await PeerDialer.dial(
      host: "127.0.0.1", port: port, identity: try OfficeKeys("district").identity, verifier: Self.anyone,
      group: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "benchmark"))
    guard let file = FileHandle(forReadingAtPath: frames) else { throw CocoaError(.fileReadNoSuchFile) }
    while let head = try file.read(upToCount: FrameFile.lengthBytes), head.count == FrameFile.lengthBytes {
      let length = head.reduce(0) { $0 << 8 | Int($1) }
      guard let frame = try file.read(upToCount: length), frame.count == length else { throw FrameReader.CutOff() }
      try await connection.send([UInt8](frame))
    }
    try await connection.send(Self.last)
    // Until the other side has applied everything, and hangs up.
    for try await _ in connection.frames {}
    await connection.close()
  }
}
