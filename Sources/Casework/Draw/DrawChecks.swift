/// What must hold before an office commits.
extension Draw {
  func checkSizes() throws(DrawProblem) {
    if !(1...DrawLimits.subjectsMax).contains(subjects.count) { throw .rosterSize(subjects.count) }
    if parameters.officers.count > DrawLimits.officersMax { throw .tooManyOfficers(parameters.officers.count) }
    if parameters.recusals.count > DrawLimits.recusalsMax { throw .tooManyRecusals(parameters.recusals.count) }
    if parameters.minimums.count > DrawLimits.minimumsMax { throw .tooManyMinimums(parameters.minimums.count) }
    if !(1...DrawLimits.officersPerSubjectMax).contains(parameters.officersPerSubject) {
      throw .officersPerSubject(parameters.officersPerSubject)
    }
    for size in [parameters.size] + parameters.minimums.map(\.atLeast) where !size.isValid {
      throw .size(size.number)
    }
    if count > subjects.count { throw .tooFewSubjects(wanted: count, available: subjects.count) }
  }

  func checkTexts() throws(DrawProblem) {
    var seen: Set<String> = []
    for subject in subjects {
      try checkText(subject.id)
      if subject.stratum.utf8.count > DrawLimits.textBytesMax { throw .text(subject.stratum) }
      if !seen.insert(subject.id).inserted { throw .repeatedSubject(subject.id) }
    }
    seen = []
    for officer in parameters.officers {
      try checkText(officer.id)
      if officer.certificate.isEmpty { throw .noCertificate(officer.id) }
      try checkText(officer.certificate)
      if !seen.insert(officer.id).inserted { throw .repeatedOfficer(officer.id) }
    }
  }

  private func checkText(_ text: String) throws(DrawProblem) {
    if !(1...DrawLimits.textBytesMax).contains(text.utf8.count) { throw .text(text) }
  }

  func checkMinimums() throws(DrawProblem) {
    var sizes: [String: Int] = [:]
    for subject in subjects { sizes[subject.stratum, default: 0] += 1 }
    var seen: Set<String> = []
    var total = 0
    for minimum in parameters.minimums {
      if !seen.insert(minimum.stratum).inserted { throw .repeatedMinimum(minimum.stratum) }
      let (wanted, available) = (minimum.atLeast.count(of: count), sizes[minimum.stratum] ?? 0)
      if wanted > available {
        throw .stratumTooSmall(minimum.stratum, wanted: wanted, available: available)
      }
      total += wanted
    }
    if total > count { throw .minimumsExceed(total, drawn: count) }
  }

  /// Every unit, not only those that will be drawn, must leave enough officers.
  func checkRecusals() throws(DrawProblem) {
    let ids = Set(subjects.map(\.id))
    let officers = Set(parameters.officers.map(\.id))
    var recused: [String: Set<String>] = [:]
    for recusal in parameters.recusals {
      if !ids.contains(recusal.subject) || !officers.contains(recusal.officer) { throw .unknownRecusal(recusal) }
      recused[recusal.subject, default: []].insert(recusal.officer)
    }
    for subject in subjects {
      let available = officers.count - (recused[subject.id]?.count ?? 0)
      if available < parameters.officersPerSubject {
        throw .tooFewOfficers(subject.id, wanted: parameters.officersPerSubject, available: available)
      }
    }
  }
}
