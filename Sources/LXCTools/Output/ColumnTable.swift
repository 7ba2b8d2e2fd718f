// SPDX-License-Identifier: Apache-2.0

/// Rows and columns of text, in the layouts of `lxc-ls`.
package struct ColumnTable: Sendable {
    /// How cells are padded and the header is set off.
    package enum Layout: Sendable {
        /// Today's: one blank after every column, the last one too; no rule.
        case current
        /// LXC 1.0's: two blanks after every column and a rule of dashes below the header.
        case ruled
    }

    package let header: [String]
    package private(set) var rows: [[String]] = []

    package init(header: [String]) { self.header = header }

    /// Adds a row; cells that are missing at its end are empty.
    package mutating func add(_ row: [String]) { rows.append(row) }

    /// The table, every line with its end.
    package func text(_ layout: Layout) -> String {
        let gap = layout == .current ? 1 : 2
        let widths = header.indices.map { column in
            rows.reduce(header[column].count) { max($0, column < $1.count ? $1[column].count : 0) }
        }
        var text = Self.line(header, widths, gap)
        if layout == .ruled {
            text += String(repeating: "-", count: max(0, widths.reduce(0) { $0 + $1 + gap } - gap)) + "\n"
        }
        for row in rows { text += Self.line(row, widths, gap) }
        return text
    }

    private static func line(_ cells: [String], _ widths: [Int], _ gap: Int) -> String {
        var line = ""
        for (column, width) in widths.enumerated() {
            let cell = column < cells.count ? cells[column] : ""
            line += cell + String(repeating: " ", count: max(0, width - cell.count) + gap)
        }
        return line + "\n"
    }
}

/// Names side by side, as many as fit a line, in reading order.
package enum PackedNames {
    /// The lines, for a terminal of that width; without one there is one name a line.
    package static func text(_ names: [String], columns: Int?) -> String {
        // C LXC never makes the column narrower than its heading NAME, even though it prints no heading here.
        let width = names.reduce(4) { max($0, $1.count) }
        let perLine = max(1, ((columns ?? 0) + 1) / (width + 1))
        var text = ""
        for (index, name) in names.enumerated() {
            text += name + String(repeating: " ", count: width - name.count)
            let endsLine = (index + 1) % perLine == 0 || index + 1 == names.count
            text += endsLine ? "\n" : " "
        }
        return text
    }
}
