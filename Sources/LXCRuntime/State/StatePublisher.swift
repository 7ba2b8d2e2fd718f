// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// The state of one running container and everybody who is told when it changes.
package final class StatePublisher {
    package let name: String
    package let watchers = StateWatchers()
    package private(set) var state: ContainerState
    private let channel: MonitorChannel?
    /// Called when the monitor's pipe could not be written for a reason other than "nobody reads"; for the log.
    package var onChannelFailure: ((KernelError) -> Void)?

    /// Starts with a state that nobody is told.
    package init(name: String, state: ContainerState = .stopped, channel: MonitorChannel?) {
        self.name = name
        self.state = state
        self.channel = channel
    }

    /// Changes the state and tells the state clients and the monitor's pipe.
    ///
    /// THAWED is told as such and then held as RUNNING. The end of a run is ``finishRun(rebooting:)``. `first`: somebody who is told
    /// before all others, and finds the new state already when asking.
    package func change(to newState: ContainerState, telling first: () -> Void = {}) {
        state = newState == .thawed ? .running : newState
        first()
        publish(.state(newState))
        watchers.announce(newState, of: name)
    }

    /// Takes over a state that a client reports (SERVE_STATE_CLIENTS): as ``change(to:)``, but the client itself writes to the pipe.
    package func serve(_ newState: ContainerState) {
        state = newState == .thawed ? .running : newState
        watchers.announce(newState, of: name)
    }

    /// The run is over: the state is STOPPED.
    ///
    /// Close the control socket first (``ControlServer/close()``), so that a client that is turned away can rely on the container being
    /// gone; before a reboot keep it. State clients see the end of their connection, which they read as STOPPED; before a reboot those
    /// who wait for STOPPED get a message, and those who wait for the next RUNNING stay.
    package func finishRun(rebooting: Bool) {
        state = .stopped
        publish(.state(.stopped))
        if rebooting { watchers.announce(.stopped, of: name) }
        watchers.endRun(rebooting: rebooting)
    }

    /// Tells the monitor's pipe how the container's init ended.
    package func reportExit(_ status: ExitStatus) { publish(.exited(waitStatus: status.waitStatus)) }

    private func publish(_ event: StateMessage.Event) {
        guard let channel else { return }
        do throws(KernelError) { try channel.publish(StateMessage(name: name, event: event)) } catch { onChannelFailure?(error) }
    }
}
