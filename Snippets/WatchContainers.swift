// SPDX-License-Identifier: Apache-2.0
//! Prints what happens to the containers of the default container path, until the program is interrupted.
import LXC

for try await event in try Container.events() {
    switch event.change {
    case .state(let state): print("\(event.name) changed state to \(state.rawValue)")
    case .exit(let status): print("\(event.name) exited with status \(status)")
    }
}
