// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// What a supervisor tells the process that started it.
package enum StartResult: Sendable, Equatable {
    case running
    case failed(OperationFailure)

    package var encoded: [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .running: writer.put(true)
        case .failed(let failure):
            writer.put(false)
            writer.put(failure)
        }
        return writer.bytes
    }

    /// Nil for what no supervisor sends, for example nothing at all when it died.
    package init?(decoding bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        do { self = try reader.bool() ? .running : .failed(try reader.failure()) } catch { return nil }
    }
}

extension StartPlan {
    /// The log that was asked for; nil when none was.
    func openLog() throws(OperationFailure) -> SharedDescriptor? {
        guard let path = logFile, path != "none" else { return nil }
        return try attempting("cannot open the log file \(path)", key: config.log.file == path ? "lxc.log.file" : nil) {
            () throws(KernelError) in try LogWriter.open(path)
        }
    }

    /// Shows a failure to the user, who watches the start in the foreground.
    func show(_ failure: OperationFailure) {
        guard isForeground, !isQuiet else { return }
        let text = failure.lines.enumerated().map { $0 == 0 ? "\(program): \(name): \($1)\n" : "\($1)\n" }.joined()
        _ = try? StandardStream.error.write(text)  // a closed standard error is the caller's choice
    }
}
