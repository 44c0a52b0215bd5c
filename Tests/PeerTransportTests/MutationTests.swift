import NIOCore
import PeerTransport
import TestKit
import Testing

/// They yield: tests beside them talk to each other on the same few threads, within limits of seconds.
@Suite("Mutated frames and certificates")
struct MutationTests {
  /// By hand: how many; a slice otherwise.
  private static let rounds = ProcessEnvironment.value("DOCKET_FUZZ").flatMap { Int($0) } ?? 50_000
  private static let bytesMax = 4_096

  @Test("frames come out whole however they are cut, and nothing beyond the limit is kept")
  func frames() async throws {
    let frames: [[UInt8]] = [[1], [1, 2, 3], Array(repeating: 7, count: 300), Array(repeating: 9, count: Self.bytesMax)]
    let corpus = (0..<16).map { number in (0...number % 5).flatMap { Self.framed(frames[($0 + number) % 4]) } }
    var mutator = ByteMutator(corpus: corpus, bytesMax: 64 * 1024, seed: 20_261_121)
    var whole = 0, refused = 0, open = 0
    for round in 0..<Self.rounds {
      if round % 100 == 0 { await Task.yield() }
      let bytes = mutator.next()
      var assembler = FrameAssembler(bytesMax: Self.bytesMax)
      var out: [UInt8] = []
      var isRefused = false
      var offset = 0
      while offset < bytes.count, !isRefused {
        let end = min(bytes.count, offset + 1 + mutator.number(below: 2_000))
        assembler.append(ByteBuffer(bytes: bytes[offset..<end]))
        offset = end
        do throws(TransportError) {
          while let frame = try assembler.next() {
            whole += 1
            out += Self.framed(frame)
          }
        } catch {
          isRefused = error.code == .frameTooLarge
        }
      }
      // What came out is what went in, up to the frame that is open or refused.
      let isFaithful = bytes.starts(with: out) && (isRefused || assembler.isWithinFrame == (out.count < bytes.count))
      #expect(isFaithful, "round \(round)")
      if isRefused { refused += 1 } else if assembler.isWithinFrame { open += 1 }
    }
    #expect(whole > 0 && refused > 0 && open > 0)
  }

  private static func framed(_ frame: [UInt8]) -> [UInt8] {
    let length = UInt32(frame.count)
    return [UInt8(length >> 24), UInt8(length >> 16 & 0xFF), UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF)] + frame
  }

  @Test("no certificate crashes its reader, and none is taken that was changed")
  func certificates() async throws {
    let identities = try [nil, [1, 2, 3], Array(repeating: 5, count: 4_000)].map { try Bureau.identity($0) }
    let corpus = identities.map(\.der)
    for (identity, der) in zip(identities, corpus) { #expect(PeerCertificate(der: der)?.publicKey == identity.publicKey) }
    var mutator = ByteMutator(corpus: corpus, bytesMax: 2 * TransportLimits.certificateBytesMax, seed: 20_261_121)
    // Reading one costs a hundred times what a frame does.
    for round in 0..<(Self.rounds / 10) {
      if round % 10 == 0 { await Task.yield() }
      let der = mutator.next()
      guard PeerCertificate(der: der) != nil else { continue }
      let isUnchanged = corpus.contains { der.starts(with: $0) }
      #expect(isUnchanged, "\(der)")
    }
  }

  @Test("what a certificate carries arrives as it is, or the certificate is refused for its size")
  func extensions() async throws {
    var mutator = ByteMutator(corpus: [[0x82, 0x48, 1, 2, 3]], bytesMax: 16_384, seed: 7)
    for round in 0..<(Self.rounds / 100) {
      await Task.yield()
      let proof = mutator.next() + Array(repeating: UInt8(truncatingIfNeeded: round), count: round % 3 * 4_000)
      let identity = try Bureau.identity(proof)
      let read = PeerCertificate(der: identity.der)
      if identity.der.count > TransportLimits.certificateBytesMax {
        #expect(read == nil)
      } else {
        #expect(read?.enrolmentProof == proof)
      }
    }
  }
}
