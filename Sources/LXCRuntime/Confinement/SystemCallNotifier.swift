// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// Brings system calls of the container before the program that decides them, and its decisions back to the kernel.
///
/// Whatever happens to that program, no call waits for ever: when it is gone, is silent or talks nonsense, the call fails with ENOSYS. A
/// process whose call waits can be killed.
///
/// The loop holds it until ``end()``.
final class SystemCallNotifier {
    /// A call that the program has been asked about.
    private struct Question {
        let number: UInt64
        let listener: SystemCallListener
        let notification: [UInt8]
        let timer: EventLoop.Timer
        /// Whether it was sent over a connection that broke.
        var isRepeated = false
        var id: UInt64 { NotifyMessage.id(notification) }
    }

    private struct Watched {
        let listener: SystemCallListener
        /// Nil while enough calls wait for a decision.
        var source: EventLoop.Source?
    }

    /// The most calls before the program at a time; the rest wait in the kernel. A socket has room for some two hundred messages.
    private static let mostQuestions = 64
    /// How long a decision may take: as long as C LXC waits in its two attempts.
    private static let patience = Duration.seconds(60)
    /// How long nothing else is done while a program that is there does not accept connections.
    private static let shortPatience = Duration.milliseconds(100)

    private let loop: EventLoop
    private let log: LogWriter
    /// Nil when no program was named: every call fails with ENOSYS then.
    private let address: NotifyProxyAddress?
    private let cookie: [UInt8]
    private let message: NotifyMessage
    private var connection: SharedDescriptor?
    private var connectionSource: EventLoop.Source?
    private var listeners: [Watched] = []
    private var questions: [Question] = []
    private var lastNumber: UInt64 = 0
    /// The container's init, for the program.
    var initProcess: Int32 = -1
    /// See ``CallerMemory``.
    var initHandle: SharedDescriptor?

    /// Connects to the program.
    ///
    /// - Parameters:
    ///   - config: The container's configuration.
    ///   - loop: Serves the calls.
    ///   - log: Takes what goes wrong later.
    /// - Throws: ``OperationFailure`` when the address is none or nobody listens there.
    init(_ config: ContainerConfig, loop: EventLoop, log: LogWriter) throws(OperationFailure) {
        let key = "lxc.seccomp.notify.proxy"
        let origin = config.origin(of: key)
        self.loop = loop
        self.log = log
        cookie = config.security.seccompNotifyCookie?.kernelBytes ?? []
        address = try config.security.seccompNotifyProxy.map { (text) throws(OperationFailure) in
            try NotifyProxyAddress(text, origin: origin)
        }
        message = try attempting("cannot let another program decide system calls") { () throws(KernelError) in
            NotifyMessage(sizes: try SystemCallListener.Sizes())
        }
        guard let address else { return }
        try attempting(
            "cannot reach the program that decides system calls (\(address.text))", key: key, origin: origin,
            hint: "start that program first"
        ) { () throws(KernelError) in try connect(to: address, within: .seconds(30)) }
    }

    /// Serves the calls that wait at a listener, until no process with its filter is left.
    func serve(_ listener: SystemCallListener) throws(KernelError) {
        listeners.append(Watched(listener: listener))
        try watch(listeners.count - 1)
    }

    /// Leaves a listener to somebody else, when there is no program that we would ask.
    func leave(_ listener: SystemCallListener) {
        guard address == nil else { return }
        forget(listener)
    }

    /// Stops; calls that wait fail when the last listener is closed.
    func end() {
        for question in questions { loop.cancel(question.timer) }
        questions = []
        for watched in listeners { forget(watched.listener) }
        disconnect()
    }

    // MARK: - Calls

    private func watch(_ index: Int) throws(KernelError) {
        guard listeners[index].source == nil, questions.count < Self.mostQuestions else { return }
        let listener = listeners[index].listener
        listeners[index].source = try loop.add(listener.descriptor.number) { [self] readiness in
            if readiness.contains(.readable) { take(from: listener) } else { forget(listener) }
        }
    }

    private func forget(_ listener: SystemCallListener) {
        guard let index = listeners.firstIndex(where: { $0.listener.descriptor === listener.descriptor }) else { return }
        unwatch(index)
        listeners.remove(at: index)
    }

    private func unwatch(_ index: Int) {
        guard let source = listeners[index].source else { return }
        listeners[index].source = nil
        do { try loop.remove(source) } catch { log.warn("system call listener: \(error)") }
    }

    private func take(from listener: SystemCallListener) {
        do throws(KernelError) {
            guard let notification = try listener.receive(message.sizes) else { return }
            let id = NotifyMessage.id(notification)
            guard address != nil else { return refuse(id, listener) }
            lastNumber += 1
            let number = lastNumber
            let timer = loop.schedule(after: Self.patience) { [self] in giveUp(number, "no decision came") }
            questions.append(Question(number: number, listener: listener, notification: notification, timer: timer))
            ask(number)
            if questions.count == Self.mostQuestions { dropKilled() }
            guard questions.count == Self.mostQuestions else { return }
            for index in listeners.indices { unwatch(index) }
        } catch { log.warn("system call listener: \(error)") }
    }

    /// Sends a question, over a new connection when there is none.
    private func ask(_ number: UInt64) {
        guard let question = questions.first(where: { $0.number == number }) else { return }
        if connection == nil {
            guard let address else { return }
            do throws(KernelError) { try connect(to: address, within: Self.shortPatience) } catch {
                return giveUp(number, "\(address.text): \(error.reason)")
            }
        }
        do throws(KernelError) { try send(question) } catch {
            if error.errno == .brokenPipe || error.errno == .connectionReset || error.errno == .connectionRefused {
                return connectionBroke(error.reason)
            }
            giveUp(number, error.reason)
        }
    }

    private func send(_ question: Question) throws(KernelError) {
        guard let connection else { return }
        let process = NotifyMessage.process(question.notification)
        let folder = try OwnedDescriptor(opening: "/proc/\(process)", [.readOnly, .directory])
        let memory = try CallerMemory.open(process, asUserOf: initHandle)
        // Else the number is another process's by now.
        guard try question.listener.isWaiting(question.id) else { return drop(question.number) }
        let request = message.request(
            question.notification, monitor: ProcessControl.pid, initProcess: initProcess, cookie: cookie)
        let socket = UnixSocket(owning: try connection.duplicate())
        _ = try socket.send(
            request, descriptors: [folder.number, memory.number, question.listener.descriptor.number], wait: false)
    }

    // MARK: - Decisions

    private func connect(to address: NotifyProxyAddress, within limit: Duration) throws(KernelError) {
        let made = SharedDescriptor(try address.connect(within: limit).releaseDescriptor())
        connectionSource = try loop.add(made.number) { [self] _ in readDecision() }
        connection = made
    }

    private func disconnect() {
        if let connectionSource {
            do { try loop.remove(connectionSource) } catch { log.warn("the program that decides system calls: \(error)") }
        }
        (connection, connectionSource) = (nil, nil)
    }

    private func readDecision() {
        guard let connection else { return }
        let answer: [UInt8]?
        do throws(KernelError) {
            answer = try UnixSocket(owning: connection.duplicate()).receive(upTo: message.longestAnswer, wait: false)
        } catch { return connectionBroke(error.reason) }
        guard let answer else { return }
        if answer.isEmpty { return connectionBroke("it has ended") }
        guard let (id, response) = message.decision(answer) else { return connectionBroke("its answer cannot be understood") }
        // None: it comes too late, or its process was killed.
        guard let question = questions.first(where: { $0.id == id }) else { return }
        drop(question.number)
        do throws(KernelError) { try question.listener.answer(response) } catch {
            log.warn("the decision about a system call is refused: \(error.reason)")
            refuse(id, question.listener)
        }
    }

    /// Every question is asked once more over a new connection.
    private func connectionBroke(_ reason: String) {
        disconnect()
        guard !questions.isEmpty else { return log.info("the program that decides system calls is gone: \(reason)") }
        log.warn("the program that decides system calls is gone (\(reason)); connecting again")
        let open = questions.filter { !$0.isRepeated }.map { $0.number }
        for question in questions where question.isRepeated { giveUp(question.number, reason) }
        for index in questions.indices { questions[index].isRepeated = true }
        for number in open {
            // That did not go well either: whoever is left is told by the next one that asks.
            guard connection != nil || number == open.first else { return giveUpAll(reason) }
            ask(number)
        }
    }

    private func giveUpAll(_ reason: String) {
        for question in questions { giveUp(question.number, reason) }
    }

    /// Forgets questions whose processes were killed, which nobody tells.
    private func dropKilled() {
        for question in questions {
            do throws(KernelError) {
                if try !question.listener.isWaiting(question.id) { drop(question.number) }
            } catch { log.warn("system call listener: \(error)") }
        }
    }

    private func giveUp(_ number: UInt64, _ reason: String) {
        guard let question = questions.first(where: { $0.number == number }) else { return }
        log.warn("a system call fails with ENOSYS, because nobody decided it: \(reason)")
        drop(number)
        refuse(question.id, question.listener)
    }

    private func refuse(_ id: UInt64, _ listener: SystemCallListener) {
        do throws(KernelError) { try listener.answer(message.refusal(of: id)) } catch {
            log.warn("a system call cannot be refused: \(error)")
        }
    }

    /// Takes a question off the list, and calls from the kernel again when there is room.
    private func drop(_ number: UInt64) {
        guard let index = questions.firstIndex(where: { $0.number == number }) else { return }
        loop.cancel(questions[index].timer)
        questions.remove(at: index)
        for index in listeners.indices {
            do throws(KernelError) { try watch(index) } catch { log.warn("system call listener: \(error)") }
        }
    }
}
