// SPDX-License-Identifier: Apache-2.0
import CLiblxc
import LinuxKernel

/// Strings for C programs, allocated with malloc because they free them.
enum CString {
    /// A copy that the caller frees; nil without memory.
    static func copy(_ text: String) -> UnsafeMutablePointer<CChar>? {
        let bytes = text.kernelBytes
        guard let memory = cliblxc_calloc(bytes.count + 1, 1) else { return nil }
        memory.copyMemory(from: bytes, byteCount: bytes.count)
        return memory.assumingMemoryBound(to: CChar.self)
    }

    /// A list ended by NULL; nil without memory.
    static func list(_ texts: [String]) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        guard let memory = cliblxc_calloc(texts.count + 1, MemoryLayout<UnsafeMutablePointer<CChar>?>.size) else { return nil }
        let list = memory.assumingMemoryBound(to: UnsafeMutablePointer<CChar>?.self)
        for (index, text) in texts.enumerated() { list[index] = copy(text) }
        return list
    }

    /// Puts a text into a caller's buffer as snprintf(3) does.
    ///
    /// - Parameters:
    ///   - text: The whole text.
    ///   - buffer: NULL only asks for the length.
    ///   - size: Room in the buffer, with the zero byte at its end.
    /// - Returns: Bytes of the whole text.
    static func put(_ text: [UInt8], into buffer: UnsafeMutablePointer<CChar>?, size: Int32) -> Int32 {
        if let buffer, size > 0 {
            let count = min(text.count, Int(size) - 1)
            for index in 0..<count { buffer[index] = CChar(bitPattern: text[index]) }
            buffer[count] = 0
        }
        return Int32(clamping: text.count)
    }

    /// The words of a list that ends with NULL; nil for NULL.
    static func words(_ list: UnsafePointer<UnsafeMutablePointer<CChar>?>?) -> [String]? {
        guard let list else { return nil }
        var words: [String] = []
        var index = 0
        while let word = list[index] {
            words.append(String(kernelText: word))
            index += 1
        }
        return words
    }
}

extension String {
    /// A text of a C program, whatever its bytes are.
    init(kernelText text: UnsafePointer<CChar>) {
        var bytes: [UInt8] = []
        var index = 0
        while text[index] != 0 {
            bytes.append(UInt8(bitPattern: text[index]))
            index += 1
        }
        self.init(kernelBytes: bytes)
    }

    /// Nil for NULL.
    init?(kernelText text: UnsafePointer<CChar>?) {
        guard let text else { return nil }
        self.init(kernelText: text)
    }
}
