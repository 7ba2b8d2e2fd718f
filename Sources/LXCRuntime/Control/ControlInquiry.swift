// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// A container that its monitor was told to stop at once.
package final class StopUnderWay {
    private let conversation: ControlConversation

    init(_ conversation: ControlConversation) { self.conversation = conversation }

    /// Waits until the monitor is gone; once only.
    ///
    /// - Throws: ``ControlError/timedOut`` when it is not gone within the time limit of the client that asked it.
    package func finish() throws(ControlError) {
        do throws(ControlError) {
            guard let reply = try conversation.receiveReply() else { return }
            _ = try ControlClient.successful(reply)
            try conversation.waitForEnd()
        } catch {
            if error != .stopped { throw error }
        }
    }
}

/// A request that was sent and whose answer was not read yet: several monitors work on theirs at the same time.
package final class ControlInquiry {
    private let client: ControlClient
    private let request: ControlRequest
    private let conversation: ControlConversation

    init(client: ControlClient, request: ControlRequest, conversation: ControlConversation) {
        self.client = client
        self.request = request
        self.conversation = conversation
    }

    /// Reads the answer, whatever it says; once only.
    ///
    /// - Throws: ``ControlError/unsupported`` when the monitor does not know the command: it says so, or (before 4.0.7) closes the
    ///   connection without an answer.
    func reply() throws(ControlError) -> EncodedReply {
        guard let reply = try conversation.receiveReply(unboundedPayload: request.command == .consoleLog) else {
            throw try client.isEnding() ? .stopped : .unsupported
        }
        if reply.header.status == -Errno.noFunction.rawValue { throw .unsupported }
        return reply
    }

    /// Reads the answer to a second request on one connection; nil when the connection ended with the first answer.
    func secondReply() throws(ControlError) -> EncodedReply? {
        do throws(ControlError) { return try conversation.receiveReply() } catch {
            // What was not read when the other side hung up resets the connection.
            if error == .stopped { return nil }
            throw error
        }
    }
}
