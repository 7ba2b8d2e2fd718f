// SPDX-License-Identifier: Apache-2.0
import CInit

/// The command line of lxc-init.
struct InitOptions {
    /// Whether messages are left out.
    var isQuiet = false
    /// Index of the command in the words of the command line.
    var command: Int32 = 0

    enum Outcome {
        case run(InitOptions)
        /// Nothing to run; the exit status.
        case stop(Int32)
    }

    static let version: StaticString = "5.0.2\n"

    private static let usage: StaticString = """
        Usage: lxc-init [-n|--name=NAME] [-q|--quiet] [-P|--lxcpath=PATH]
        \t\t[-l|--logpriority=LEVEL] [-o|--logfile=FILE]
        \t\t[--help] [--usage] [--version] [--] COMMAND [ARG...]

        """

    private static let help: StaticString = """
        Usage: lxc-init [OPTION...] [--] COMMAND [ARG...]

        lxc-init runs COMMAND as process 2 of a container and collects every orphan.

        Options:
          -n, --name=NAME          name of the container
          -q, --quiet              print no messages
          -P, --lxcpath=PATH       directory of the containers
          -l, --logpriority=LEVEL  accepted for old callers; there is no log
          -o, --logfile=FILE       accepted for old callers; there is no log
          -?, --help               print this help and stop
              --usage              print a short usage message and stop
              --version            print the version number and stop

        The exit status is COMMAND's, 128 plus the number of the signal that ended it, or 255 when it cannot be executed.

        """

    /// Reads the options up to the command.
    static func parse(_ count: Int32, _ words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Outcome {
        var options = InitOptions()
        while true {
            let option = cinit_next_option(count, words)
            if option == -1 { break }
            switch UInt8(truncatingIfNeeded: option) {
            // Where the container lives and what it is called does not matter to a process that is inside.
            case UInt8(ascii: "n"), UInt8(ascii: "P"), UInt8(ascii: "l"), UInt8(ascii: "o"): break
            case UInt8(ascii: "q"): options.isQuiet = true
            case UInt8(ascii: "u"): return say(usage, status: 0)
            case UInt8(ascii: "v"): return say(version, status: 0)
            case UInt8(ascii: "h"): return say(help, status: 0)
            default: return cinit_is_unknown_option(words) == 0 ? say(help, status: 0) : complain(usage)
            }
        }
        options.command = cinit_first_argument()
        guard options.command < count else {
            return options.isQuiet ? .stop(1) : complain("lxc-init: there is no command to run; name one after the options\n")
        }
        return .run(options)
    }

    private static func say(_ text: StaticString, status: Int32) -> Outcome {
        print(text, to: 1)
        return .stop(status)
    }

    private static func complain(_ text: StaticString) -> Outcome {
        print(text, to: 2)
        return .stop(1)
    }
}

/// Writes text; what cannot be written is lost, since there is nobody else to tell.
func print(_ text: StaticString, to stream: Int32) { _ = write(stream, text.utf8Start, text.utf8CodeUnitCount) }

/// Writes C text.
func print(_ text: UnsafePointer<CChar>, to stream: Int32) { _ = write(stream, text, strlen(text)) }
