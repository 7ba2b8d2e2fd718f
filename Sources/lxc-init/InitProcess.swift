// SPDX-License-Identifier: Apache-2.0
import CInit

/// Runs one command, passes signals on to it, and collects every process that ends.
///
/// All signals stay blocked and are taken from the queue one by one; a blocked signal reaches process 1 even though the kernel
/// otherwise protects it.
struct InitProcess {
    typealias Words = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

    let options: InitOptions
    let count: Int32
    let words: Words

    /// The command's process.
    private var command: pid_t = 0
    /// The exit status to end with, once the command has ended.
    private var status: Int32?
    /// When what is left after a request to shut down is killed; in milliseconds of the steady clock.
    private var killTime: Int?
    private var isShuttingDown = false
    /// Whether this is process 1, so that "everybody" means the container and nobody else.
    private let isFirst = getpid() == 1

    /// How long processes may take to end after SIGTERM.
    private static let graceMilliseconds = 1000

    init(options: InitOptions, count: Int32, words: Words) {
        self.options = options
        self.count = count
        self.words = words
    }

    mutating func run() -> Never {
        var callersMask = sigset_t()
        cinit_block_signals(&callersMask)
        // Outside of a pid namespace of its own (a shared one, or by hand) orphans would go to somebody else.
        if !isFirst { _ = cinit_become_reaper() }
        // Before the command can look.
        let copy = cinit_copy_words(count, words)
        if copy != nil { cinit_set_title(count, words, "init") }
        command = copy.map { start($0, &callersMask) } ?? -1
        if command < 0 {
            complain("lxc-init: cannot make a process: ", cinit_errno())
            exit(255)
        }
        if isFirst { cinit_move_errors_to_console() }
        while collect() { take(cinit_wait_signal(remainingMilliseconds())) }
        exit(status ?? 1)
    }

    /// What the process that becomes the command needs.
    private struct Child {
        let process: InitProcess
        let words: Words
        var mask: sigset_t
    }

    /// Starts the command; returns once it has been executed, or could not be.
    private func start(_ words: Words, _ mask: inout sigset_t) -> pid_t {
        var child = Child(process: self, words: words, mask: mask)
        return withUnsafeMutablePointer(to: &child) { child in
            let body: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { argument in
                guard let child = argument?.assumingMemoryBound(to: Child.self) else { return 255 }
                child.pointee.process.execute(child.pointee.words, &child.pointee.mask)
            }
            return cinit_start(body, child, count)
        }
    }

    /// The child: becomes the command. Its memory is the parent's, which waits.
    private func execute(_ words: Words, _ mask: inout sigset_t) -> Never {
        cinit_restore_signals(&mask)
        _ = setsid()
        // Only if there is a terminal, and only if it is nobody's.
        _ = cinit_acquire_terminal()
        let arguments = words + Int(options.command)
        guard let name = arguments[0] else { _exit(255) }
        _ = execvp(name, arguments)
        let error = cinit_errno()
        if !options.isQuiet {
            print("lxc-init: cannot execute ", to: 2)
            print(UnsafePointer(name), to: 2)
        }
        complain(": ", error)
        _exit(255)
    }

    /// Collects all that have ended; false when there is no child left.
    ///
    /// The command's orphans count: the container ends with its last process, not with the command.
    private mutating func collect() -> Bool {
        while true {
            var state: Int32 = 0
            let pid = waitpid(-1, &state, WNOHANG)
            if pid == 0 { return true }
            if pid < 0 {
                if cinit_errno() == EINTR { continue }
                return false
            }
            if pid == command, status == nil {
                status = cinit_exited(state) != 0 ? cinit_exit_status(state) : 128 + cinit_signal(state)
            }
            // As long as processes end by themselves, the others get time too.
            if killTime != nil { killTime = cinit_milliseconds() + Self.graceMilliseconds }
        }
    }

    private func remainingMilliseconds() -> Int { killTime.map { max(0, $0 - cinit_milliseconds()) } ?? -1 }

    /// Acts on one signal; 0 means that the time is over.
    private mutating func take(_ signal: Int32) {
        switch signal {
        case 0:
            guard let time = killTime, cinit_milliseconds() >= time else { return }
            killTime = nil
            sendAll(SIGKILL)
        case SIGCHLD: return
        case SIGPWR, SIGTERM:
            if isShuttingDown { return }
            isShuttingDown = true
            killTime = cinit_milliseconds() + Self.graceMilliseconds
            sendAll(SIGTERM)
        default:
            // The number is free for somebody else once the command has been collected.
            if status == nil { _ = kill(command, signal) }
        }
    }

    /// Signals all processes of the container, or, when this is not process 1, those of the command's group.
    private func sendAll(_ signal: Int32) { _ = kill(isFirst ? -1 : -command, signal) }

    private func complain(_ text: StaticString, _ error: Int32) {
        if options.isQuiet { return }
        print(text, to: 2)
        print(UnsafePointer(strerror(error)), to: 2)
        print("\n", to: 2)
    }
}
