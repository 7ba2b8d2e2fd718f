// SPDX-License-Identifier: Apache-2.0

/// As ``withContainers(_:)``, for a test that is asynchronous.
package func withContainers(
    isolation: isolated (any Actor)? = #isolation, _ body: (ContainerFixture) async throws -> Void
) async throws {
    let fixture = try ContainerFixture()
    defer { fixture.finish() }
    try await body(fixture)
}
