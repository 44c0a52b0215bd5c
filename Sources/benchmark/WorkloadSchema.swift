import Casebook
import Replication

/// The workload's three record types, as `workload.py` has them: twelve fields, the first of which is the record's id.
enum WorkloadSchema {
  /// Numbers far above the offices' own types.
  static let firstNumber: UInt64 = 9_001

  static let caseFile = type(
    0, "case_file",
    "case_no title party_name party_addr case_type status filed_on #amount_fen officer_id office_id summary")
  static let inspection = type(
    1, "inspection",
    "case_id site_name site_addr inspected_on inspector_id co_inspector_id result #score findings rectify_due remark")
  static let checkResult = type(
    2, "check_result",
    "inspection_id item_code item_text conclusion #severity #measured unit evidence_sha checked_at note #photo_count")

  static let tables = [caseFile, inspection, checkResult]
  static let names = ["case_file", "inspection", "check_result"]
  /// Fields of each record, its id included: so many changes does an insert count for.
  static let fieldsPerRecord = 12

  static let schema = RecordSchema(types: tables)

  /// The same with one field more in the last type: what an upgrade brings.
  static let later = RecordSchema(
    types: [
      caseFile, inspection,
      RecordType(
        number: checkResult.number, name: checkResult.name,
        fields: checkResult.fields + [.init(number: 12, name: "added_later", kind: .text)]),
    ])

  /// - Parameter columns: names by spaces; `#` leads an integer's.
  private static func type(_ position: UInt64, _ name: String, _ columns: String) -> RecordType {
    RecordType(
      number: firstNumber + position, name: "workload_" + name,
      fields: columns.split(separator: " ").enumerated().map { index, column in
        let isInteger = column.hasPrefix("#")
        return RecordType.Field(
          number: UInt64(index + 1), name: String(column.drop { $0 == "#" }), kind: isInteger ? .integer : .text)
      })
  }
}
