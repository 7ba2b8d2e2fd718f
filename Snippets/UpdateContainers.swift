// SPDX-License-Identifier: Apache-2.0
//! Starts every container that can reach the network, updates what is installed in it, and stops those that did not run before.
import LXC

for container in try Container.list() {
    do {
        // Start the container, if it does not run.
        let wasRunning = try container.isRunning
        if !wasRunning { try container.start() }
        defer {
            // Shut down what was started here.
            if !wasRunning, (try? container.shutdown(within: .seconds(30))) != true { try? container.stop() }
        }
        guard try container.state == .running else { continue }

        // Wait for connectivity.
        if try container.addresses(within: .seconds(30)).isEmpty { continue }

        // Run the updates.
        try container.attach(["apt-get", "update"])
        try container.attach(["apt-get", "dist-upgrade", "-y"])
    } catch {
        print("\(container): \(error)")
    }
}
