// SPDX-License-Identifier: Apache-2.0

/// A descriptor that several places hold; closed when the last of them lets go.
///
/// Use it where an owner must be put in an array or captured by closures, which ``OwnedDescriptor`` cannot.
package final class SharedDescriptor: Sendable {
    /// The one owner underneath.
    package let owned: OwnedDescriptor

    /// Takes over a descriptor.
    package init(_ owned: consuming OwnedDescriptor) { self.owned = owned }

    /// The descriptor's number, valid while this object lives.
    package var number: Int32 { owned.number }

    /// Another descriptor of the same open file with an owner of its own.
    package func duplicate() throws(KernelError) -> OwnedDescriptor { try owned.duplicate() }
}
