import Casework

/// What a person does after a restore, in words.
enum RestoreAdvice {
  static func steps(_ manifest: BackupManifest, aside: String?) -> [Bilingual] {
    var steps = [
      Bilingual(
        zh: "恢复的数据可以查看；为防止日志分叉，核对之前不能登记。",
        en: "What was restored can be read. So that the log cannot fork, nothing can be recorded before it was compared.")
    ]
    if manifest.superior == nil {
      steps += [
        Bilingual(
          zh: "执行 docket serve，让每个下级机构同步一次：备份之后发给下级的内容由下级带回。",
          en: "Run docket serve and have every subordinate synchronise once: what was sent down after the backup comes back from them."),
        Bilingual(
          zh: "确认没有另一份数据在使用后，执行 docket adopt；今后的登记使用新的日志代次。",
          en: "When no other copy is in use, run docket adopt: work goes on in a new incarnation."),
      ]
    } else {
      let superior = manifest.superior ?? ""
      steps += [
        Bilingual(
          zh: "执行 docket sync：取回上级 \(superior) 持有的、备份之后的本机构记录，今后的登记使用新的日志代次。",
          en: "Run docket sync: it fetches back what the superior \(superior) holds of this office since the backup; work goes on in a new incarnation."),
        Bilingual(
          zh: "不联网的，请上级执行 docket bundle create --for \(manifest.office) --whole，在本机 docket bundle apply 全部文件。",
          en: "Without a network have the superior run docket bundle create --for \(manifest.office) --whole, and apply every file here with docket bundle apply."),
        Bilingual(
          zh: "联系不上上级、且确认没有另一份数据在使用时，才执行 docket adopt。",
          en: "Only with no superior in reach, and no other copy in use, run docket adopt."),
      ]
    }
    if let left = manifest.leftOut {
      let from = aside.map { $0 + "/blobs" } ?? "blobs"
      steps.append(
        Bilingual(
          zh: "备份中没有 \(left.attachments) 份附件内容：把另行保存的 \(from) 目录复制到恢复的目录中，再用 docket verify 核对；缺少的不影响办案。",
          en: "The content of \(left.attachments) attachments is not in the backup: copy the folder \(from) that was kept beside it into the restored home, and check with docket verify. What is missing hinders no work."))
    }
    steps.append(
      Bilingual(
        zh: "备份之后登记而没有同步出去的内容（包括从不外传的投诉人信息），请按纸质材料补录。",
        en: "Record again from paper what was recorded after the backup and never left this machine; complainants' identities never leave it."))
    if let aside {
      steps.append(
        Bilingual(
          zh: "原目录保留在 \(aside)；核对无误之前请勿删除，也不要再启动它。",
          en: "The old folder is kept at \(aside). Delete it only when all is well, and do not start it again."))
    }
    return steps
  }
}
