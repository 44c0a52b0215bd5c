/// Limits on what an author may put into a log; a reader refuses what exceeds them.
public enum LogLimits {
  /// Payload of one entry. Small enough to verify and store without being noticed, and four fit into a frame.
  public static let entryBytesMax = 64 * 1024
  /// Greatest position in a stream: what a database can count.
  public static let seqMax = UInt64(Int64.max)
  /// Changes of one entry: one signature and one row of bookkeeping are spread over them.
  public static let entryChangesMax = 256
  /// Parts of one transaction. 64 parts of 64 KiB hold the largest pack with room to spare.
  public static let partsMax = 64
  /// Fields written by one record write: more than any record type has.
  public static let fieldsMax = 128
  /// Greatest field number. Numbers are never reused, and no record type will have had a thousand fields; without it a
  /// hostile author could make a row of unknown fields without end.
  public static let fieldNumberMax: UInt64 = 1_023
  /// Fields of one row.
  public static let rowFieldsMax = Int(fieldNumberMax) + 1
  /// Stamps one write may replace, the last ones of so many other authors: more never write one field.
  public static let replacedMax = 32
  /// Parents an act may name: one for each office that acted unseen by the others.
  public static let parentsMax = 32
  /// Facts of one act's form.
  public static let factsMax = 128
  /// Bytes of a field's or rule's name.
  public static let nameBytesMax = 128
  /// Header bytes: some 250 are used; the rest is room for later keys.
  public static let headerBytesMax = 1024
  /// Both suites' signatures have 64 bytes; the rest is room for another suite.
  public static let signatureBytesMax = 128
}
