// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCTools
import Testing

/// The manual pages of the configuration hold every key, in words that troff takes.
@Suite struct ConfigManualTests {
    @Test("S1.124: lxc.container.conf(5) explains every key, and names those of older releases") func everyKey() {
        let page = ConfigManual.container.text
        for key in KeyRegistry.keys {
            #expect(page.contains("\n.BI \(key.name.split(separator: "-").joined(separator: "\\-"))"), "\(key.name)")
            for name in key.historic { #expect(page.contains(name.split(separator: "-").joined(separator: "\\-")), "\(name)") }
            #expect(!key.documentation.isEmpty)
        }
    }

    @Test func everySettingOfTheSystem() {
        let page = ConfigManual.system.text
        for item in SystemConfigItem.allCases { #expect(page.contains("\n.B \(item.rawValue)\n"), "\(item.rawValue)") }
    }

    @Test(arguments: ConfigManual.allCases) func requestsAreThoseOfManualPages(page: ConfigManual) {
        #expect(page.text.hasPrefix(".TH \(page.rawValue.uppercased()) 5 "))
        for line in page.text.split(separator: "\n") {
            #expect(!line.hasPrefix("'"), "\(line)")
            guard line.hasPrefix(".") else { continue }
            let request = line.dropFirst().prefix { $0 != " " }
            #expect(["TH", "SH", "B", "BI", "BR", "TP", "PP", "nf", "fi"].contains(request), "stray request: \(line)")
        }
    }
}
