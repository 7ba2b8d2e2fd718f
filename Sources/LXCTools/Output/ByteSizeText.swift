// SPDX-License-Identifier: Apache-2.0

/// Sizes and times as the tools print them, rounded as `printf("%.2f")` rounds: to the nearest, ties to even.
package enum ByteSizeText {
    /// A size in the largest unit of 1024 that fits: `896.00 KiB`, `12 bytes`.
    package static func binary(_ bytes: UInt64) -> String {
        switch bytes {
        case (1 << 30)...: hundredths(bytes, per: 1 << 30) + " GiB"
        case (1 << 20)...: hundredths(bytes, per: 1 << 20) + " MiB"
        case (1 << 10)...: hundredths(bytes, per: 1 << 10) + " KiB"
        default: "\(bytes) bytes"
        }
    }

    /// A size in MiB as `lxc-ls` prints it: `0.88MB`.
    package static func megabytes(_ bytes: UInt64) -> String { hundredths(bytes, per: 1 << 20) + "MB" }

    /// A time: `0.01 seconds`.
    package static func seconds(nanoseconds: UInt64) -> String { hundredths(nanoseconds, per: 1_000_000_000) + " seconds" }

    /// A quotient with two decimals. The divisor is greater than zero and at most 2^40, so that nothing overflows.
    static func hundredths(_ value: UInt64, per divisor: UInt64) -> String {
        let (whole, rest) = value.quotientAndRemainder(dividingBy: divisor)
        var (cents, remainder) = (rest * 100).quotientAndRemainder(dividingBy: divisor)
        let twice = remainder * 2
        if twice > divisor || (twice == divisor && cents % 2 == 1) { cents += 1 }
        remainder = cents == 100 ? 1 : 0
        let digits = String(cents % 100)
        return "\(whole + remainder).\(digits.count < 2 ? "0" : "")\(digits)"
    }
}
