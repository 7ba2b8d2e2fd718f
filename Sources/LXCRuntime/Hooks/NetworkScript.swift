// SPDX-License-Identifier: Apache-2.0

/// When a script of a network device runs: `lxc.net.N.script.up` once it is made, `lxc.net.N.script.down` before it goes.
enum NetworkScript: String {
    case up
    case down
}
