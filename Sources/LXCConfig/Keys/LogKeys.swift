// SPDX-License-Identifier: Apache-2.0

/// `lxc.log.*`
enum LogKeys {
    static let all: [ConfigKey] = [
        .parsed(
            "lxc.log.level", historic: ["lxc.loglevel"], .name,
            "Least level that is logged: TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL, or 0 to 8.",
            parse: { (text) throws(ValueProblem) in
                guard let level = LogLevel(word: text) else {
                    throw ValueProblem(
                        "\(quoted(text)) is not a log level", hint: "write one of TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL")
                }
                return level
            },
            get: { $0.log.level?.name ?? "" }, set: { $0.log.level = $1 }),
        .text(
            "lxc.log.file", historic: ["lxc.logfile"], .path, "File that the log is written to.",
            get: { $0.log.file }, set: { $0.log.file = $1 }),
        .text(
            "lxc.log.syslog", historic: ["lxc.syslog"], .name, "Facility of syslog(3) that the log goes to: daemon, local0 to local7.",
            check: { (text) throws(ValueProblem) in
                let known = ["daemon"] + (0...7).map { "local\($0)" }
                if !known.contains(text) {
                    throw ValueProblem("\(quoted(text)) is not a syslog facility", hint: "write daemon or local0 to local7")
                }
            },
            get: { $0.log.syslog }, set: { $0.log.syslog = $1 }),
    ]
}
