/// A pack of one regime with an indicator of each common shape, whose checks are recorded by one act and archived.
enum BoardPack {
  static let yaml = """
    pack: {code: board, version: 1, issuer: {zh: 省厅, en: province}, division: "d", effective: 2020-01-01, document: x}
    regimes:
      - id: employers
        name: {zh: 用人单位, en: employers}
        source: 一
        subjects: [{zh: 企业, en: company}]
        superior-overrides: true
        workflows: [visit]
        ceiling: {at-most: 4, source: 一}
        indicators:
          - {id: visits, name: {zh: 次数, en: visits}, check: routine, shape: visits, at-least: 2, per: month, source: 一}
          - {id: units, name: {zh: 每次户数, en: units}, check: routine, shape: units-per-visit, at-least: 2, source: 一}
          - {id: share, name: {zh: 抽查面, en: share}, check: special, shape: share, percent: 30, per: year, source: 一}
          - {id: quarter, name: {zh: 季度面, en: quarter}, check: routine, shape: share, percent: 10, per: quarter, source: 一}
          - {id: each, name: {zh: 每户, en: each}, check: full, shape: every-unit, at-least: 1, per: year, source: 一}
          - {id: halves, name: {zh: 半年, en: halves}, check: special, shape: each-half-year, at-least: 1, source: 一}
    workflows:
      - id: visit
        name: {zh: 检查, en: visit}
        kind: inspection
        source: 一
        initial: opened
        states: [{id: opened, name: {zh: 已安排, en: planned}}, {id: recorded, name: {zh: 已记录, en: recorded}}, {id: closed, name: {zh: 已归档, en: closed}, final: true}]
        acts:
          - {id: record, name: {zh: 记录, en: record}, from: [opened], to: recorded, source: 一, guards: [{officers: 2, article: 一}]}
          - {id: close, name: {zh: 归档, en: close}, from: [recorded], to: closed, source: 一}
        clocks: []
    """
}
