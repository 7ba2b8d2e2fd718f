// SPDX-License-Identifier: Apache-2.0
package import LXCOperations

/// A screenful of `lxc-top`: the columns of C LXC's, and bars of pressure beside and below them where there is room.
package struct TopScreen: Sendable {
    /// How much of the last ten seconds some process of the machine waited, in hundredths of a percent.
    package struct Pressure: Sendable, Equatable {
        package var processor: UInt64?
        package var memory: UInt64?

        package init(processor: UInt64? = nil, memory: UInt64? = nil) {
            self.processor = processor
            self.memory = memory
        }
    }

    private struct Column {
        let title: String
        let subtitle: String
        let width: Int
        let cell: (ContainerUsage) -> String
    }

    private static let nameWidth = 18
    private let width: Int
    private let height: Int

    /// Both of the terminal, in characters and lines.
    package init(width: Int, height: Int) {
        self.width = max(1, width)
        self.height = max(1, height)
    }

    /// The screen from its top: two lines of heading, the containers, their total, and the machine's pressure.
    ///
    /// - Parameters:
    ///   - view: The order.
    ///   - containers: Sorted by name.
    ///   - most: The most containers that are shown; nil for as many as fit.
    ///   - machine: The last line, where something of it is known.
    /// - Returns: Lines without their ends, none longer than the terminal is wide.
    package func lines(_ view: TopView, _ containers: [ContainerUsage], most: Int?, machine: Pressure) -> (
        heading: [String], rest: [String]
    ) {
        let columns = columns(containers)
        var footer: [String] = []
        if machine.processor != nil || machine.memory != nil { footer = [Self.line(of: machine)] }
        let room = max(0, height - 3 - footer.count)
        let shown = view.sorted(containers).prefix(min(room, most ?? room))
        let heading = [line("Container", columns.map { $0.title }, columns), line("Name", columns.map { $0.subtitle }, columns)]
        var rest = shown.map { usage in line(usage.name, columns.map { $0.cell(usage) }, columns) }
        let total = Self.total(containers)
        // Pressures do not add up.
        rest.append(line("TOTAL \(shown.count) of \(containers.count)", columns.map { $0.cell(total) }, columns))
        return (heading, rest + footer.map { String($0.prefix(width)) })
    }

    private func line(_ name: String, _ cells: [String], _ columns: [Column]) -> String {
        var line = String(ErrorPrinter.printable(name).prefix(Self.nameWidth))
        line += String(repeating: " ", count: Self.nameWidth - line.count)
        for (cell, column) in zip(cells, columns) { line += " " + Self.right(cell, column.width) }
        return String(line.prefix(width))
    }

    /// Columns that say nothing of any container are left out, and so are bars that do not fit.
    private func columns(_ containers: [ContainerUsage]) -> [Column] {
        var columns = [
            Column(title: "CPU", subtitle: "Used", width: 12) { Self.seconds($0.cpuNanoseconds) },
            Column(title: "CPU", subtitle: "Sys", width: 12) { Self.seconds($0.systemNanoseconds) },
            Column(title: "CPU", subtitle: "User", width: 12) { Self.seconds($0.userNanoseconds) },
            Column(title: "BlkIO", subtitle: "Total(Read/Write)", width: 36) {
                "\(Self.size($0.blockBytes))(\(Self.size($0.readBytes))/\(Self.size($0.writtenBytes)))"
            },
            Column(title: "Mem", subtitle: "Used", width: 10) { Self.size($0.memoryBytes) },
        ]
        if containers.contains(where: { $0.memoryAndSwapBytes ?? 0 > 0 }) {
            columns.append(Column(title: "MemSw", subtitle: "Used", width: 10) { Self.size($0.memoryAndSwapBytes) })
        }
        if containers.contains(where: { $0.kernelMemoryBytes ?? 0 > 0 }) {
            columns.append(Column(title: "KMem", subtitle: "Used", width: 10) { Self.size($0.kernelMemoryBytes) })
        }
        var rest = width - columns.reduce(Self.nameWidth) { $0 + 1 + $1.width }
        let bars = [
            (
                Column(title: "CPU", subtitle: "Pressure", width: 18) { Self.bar($0.cpuPressure) },
                containers.contains { $0.cpuPressure != nil }
            ),
            (
                Column(title: "Mem", subtitle: "Pressure", width: 18) { Self.bar($0.memoryPressure) },
                containers.contains { $0.memoryPressure != nil }
            ),
        ]
        for (column, isKnown) in bars where isKnown && rest > column.width {
            columns.append(column)
            rest -= column.width + 1
        }
        return columns
    }

    private static func total(_ containers: [ContainerUsage]) -> ContainerUsage {
        var total = ContainerUsage(name: "")
        if containers.isEmpty {
            // Nothing is all that is used, which is known.
            (total.cpuNanoseconds, total.systemNanoseconds, total.userNanoseconds) = (0, 0, 0)
            (total.readBytes, total.writtenBytes, total.memoryBytes) = (0, 0, 0)
        }
        for usage in containers {
            add(&total.cpuNanoseconds, usage.cpuNanoseconds)
            add(&total.systemNanoseconds, usage.systemNanoseconds)
            add(&total.userNanoseconds, usage.userNanoseconds)
            add(&total.readBytes, usage.readBytes)
            add(&total.writtenBytes, usage.writtenBytes)
            add(&total.memoryBytes, usage.memoryBytes)
            add(&total.memoryAndSwapBytes, usage.memoryAndSwapBytes)
            add(&total.kernelMemoryBytes, usage.kernelMemoryBytes)
        }
        return total
    }

    private static func add(_ sum: inout UInt64?, _ value: UInt64?) {
        guard let value else { return }
        let (result, overflow) = (sum ?? 0).addingReportingOverflow(value)
        sum = overflow ? .max : result
    }

    private static func line(of machine: Pressure) -> String {
        var line = "Pressure"
        if machine.processor != nil { line += "   CPU \(bar(machine.processor))" }
        if machine.memory != nil { line += "   Mem \(bar(machine.memory))" }
        return line
    }

    /// Ten cells and the number: `[###       ]  31.4%`; empty when it is not known.
    static func bar(_ hundredths: UInt64?) -> String {
        guard let hundredths else { return "" }
        let tenths = min(hundredths, 10_000) / 10
        let cells = Int((tenths + 50) / 100)
        return "[" + String(repeating: "#", count: cells) + String(repeating: " ", count: 10 - cells) + "]"
            + right("\(tenths / 10).\(tenths % 10)%", 6)
    }

    /// Bytes as C LXC's writes them.
    static func size(_ bytes: UInt64?) -> String {
        guard let bytes else { return "     -   " }
        let (divisor, unit): (UInt64, String) =
            switch bytes {
            case (1 << 40)...: (1 << 40, " TiB")
            case (1 << 30)...: (1 << 30, " GiB")
            case (1 << 20)...: (1 << 20, " MiB")
            case (1 << 10)...: (1 << 10, " KiB")
            default: (1, "   ")
            }
        return right(ByteSizeText.hundredths(bytes, per: divisor), 6) + unit
    }

    private static func seconds(_ nanoseconds: UInt64?) -> String {
        nanoseconds.map { ByteSizeText.hundredths($0, per: 1_000_000_000) } ?? "-"
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
