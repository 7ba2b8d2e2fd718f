// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// A template as a program: its failure is one sentence on standard error, and status 1.
enum TemplateProgram {
    /// Reads a template's command line.
    ///
    /// - Parameters:
    ///   - name: The template's name, for example `debian`.
    ///   - arguments: The words after the program's name.
    ///   - rows: Its options.
    /// - Returns: The options and words that were found.
    /// - Throws: ``TemplateFailure`` when a word is not understood.
    static func scan(_ name: String, _ arguments: [String], _ rows: [OptionRow]) throws(TemplateFailure) -> ScannedOptions {
        let scanned = OptionScanner.scan(program: "lxc-" + name, arguments: arguments, rows: rows)
        guard let fault = scanned.fault else { return scanned }
        // libc starts its sentence with the program's name, and so do we.
        let prefix = "lxc-\(name): "
        throw TemplateFailure(
            fault.hasPrefix(prefix) ? String(fault.dropFirst(prefix.count)) : fault, advice: "lxc-create -t \(name) -h shows the options")
    }

    /// Runs the work of a template.
    ///
    /// - Parameters:
    ///   - name: How messages begin, for example `lxc-debian`.
    ///   - body: The work.
    /// - Returns: The program's status.
    static func run(_ name: String, _ body: () throws(TemplateFailure) -> Void) -> Int32 {
        do {
            try body()
            return 0
        } catch {
            let text = "\(name): \(error.message)\n" + (error.advice.map { "  \($0)\n" } ?? "")
            // When even standard error is closed, the exit status is all that is left to say.
            do { try StandardStream.error.write(text) } catch {}
            return 1
        }
    }
}
