// SPDX-License-Identifier: Apache-2.0

/// Called with each input.
package typealias FuzzBody = @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<Int32>, _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: FuzzBody
) -> Int32

/// Hands the program over to libFuzzer; the command line is libFuzzer's.
///
/// SwiftPM gives every program its own name for `main`, so libFuzzer's `main` cannot be the program's; this is what that one does.
package func fuzz(_ body: FuzzBody) -> Int32 {
    var count = CommandLine.argc
    var words = CommandLine.unsafeArgv
    return runDriver(&count, &words, body)
}

/// The bytes of one input.
package func fuzzInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
    Array(UnsafeBufferPointer(start: data, count: count))
}

/// libFuzzer's own `main`, which never runs here, refers to this name.
@_cdecl("LLVMFuzzerTestOneInput")
public func unusedEntryPoint(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 { -1 }
