// SPDX-License-Identifier: Apache-2.0

/// `lxc-checkconfig --user`: what a user needs, and on request what is missing.
struct UserCheck {
    let name: String
    let request: CheckConfigRequest

    /// Prints the findings; adds what is missing when that was asked for.
    ///
    /// - Returns: Success when nothing is missing, or no longer.
    func run(_ streams: some ToolStreams) throws(ToolFailure) -> ExitCode {
        guard !request.bridge.isEmpty, request.bridge.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x2F && $0 < 0x7F }) else {
            throw .usage("--bridge: \"\(request.bridge)\" cannot be the name of a network device")
        }
        let survey = try UserSurvey(name)
        let usernet = UserSurvey.usernet
        var readiness = UserReadiness(try survey.facts(bridge: request.bridge), usernet: usernet)
        var done: [UserReadiness.Remedy] = []
        if request.prepares {
            try UserPreparation(readiness: readiness, survey: survey).perform { (remedy) throws(ToolFailure) in done.append(remedy) }
            readiness = UserReadiness(try survey.facts(bridge: request.bridge), usernet: usernet)
        }
        try streams.print(request.format == .json ? json(readiness, done) + "\n" : text(readiness, done))
        return readiness.isReady ? .success : .failure
    }

    private func text(_ readiness: UserReadiness, _ done: [UserReadiness.Remedy]) -> String {
        var text = "--- User \(ErrorPrinter.printable(name)) ---\n"
        for finding in readiness.findings {
            text += "\(ErrorPrinter.printable("\(finding.label): \(finding.isMet ? "enabled" : "missing") (\(finding.detail))"))\n"
        }
        if !done.isEmpty { text += "\nDone:\n" + done.map { " - \(ErrorPrinter.printable($0.text))\n" }.joined() }
        let open = readiness.findings.compactMap { $0.remedy }
        if open.isEmpty { return text + "\n\(name) can have containers.\n" }
        text += "\nTo do:\n" + open.map { " - \(ErrorPrinter.printable($0.text))\n" }.joined()
        if !request.prepares && open.contains(where: { if case .advice = $0 { false } else { true } }) {
            text += "\nNothing was changed. \"lxc-checkconfig --user \(name) --prepare\" does what a program can do.\n"
        }
        return text
    }

    private func json(_ readiness: UserReadiness, _ done: [UserReadiness.Remedy]) -> String {
        let findings = readiness.findings.map { finding in
            JSONValue.object([
                .init("label", .string(finding.label)), .init("status", .string(finding.isMet ? "enabled" : "missing")),
                .init("detail", .string(finding.detail)), .init("remedy", .optional(finding.remedy?.text)),
            ])
        }
        return JSONValue.document([
            .init("user", .string(name)), .init("ready", .boolean(readiness.isReady)), .init("findings", .array(findings)),
            .init("done", .array(done.map { .string($0.text) })),
        ]).text
    }
}
