// SPDX-License-Identifier: Apache-2.0

extension UnixSocketPair {
    /// Closes the first end, which somebody else holds, and hands out the second.
    package consuming func closingFirst() -> UnixSocket { second }
}
