// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The program that carries out an ``AddressTranslation``.
enum PacketFilter: Equatable {
    case nft(String)
    /// `ip6`: nil when the host has none.
    case iptables(String, ip6: String?)

    private static let timeLimit: Int32 = 30_000

    /// nft or iptables, as it is recorded and shown.
    var name: String {
        switch self {
        case .nft: "nft"
        case .iptables: "iptables"
        }
    }

    /// The one to use: nft, unless it is not wanted, not there, or the kernel does not know what it asks for.
    ///
    /// - Throws: ``HostNetworkFailure`` when the host has neither.
    static func choose(prefersNFT: Bool) throws(HostNetworkFailure) -> PacketFilter {
        if prefersNFT, let nft = named("nft"), try nft.works { return nft }
        if let iptables = named("iptables") { return iptables }
        let isUnusable = prefersNFT && named("nft") != nil
        throw HostNetworkFailure(
            "cannot translate addresses",
            reason: isUnusable ? "nft cannot talk to this kernel, and there is no iptables" : "there is no program to do it with",
            hint: isUnusable
                ? "load the kernel module nf_tables, or install the package iptables"
                : prefersNFT ? "install the package nftables" : "install the package iptables, or remove LXC_USE_NFT=\"false\"")
    }

    /// The one of that name; nil when the host does not have it.
    static func named(_ name: String) -> PacketFilter? {
        switch name {
        case "nft": HostProgram.find("nft").map { .nft($0) }
        case "iptables": HostProgram.find("iptables").map { .iptables($0, ip6: HostProgram.find("ip6tables")) }
        default: nil
        }
    }

    private var works: Bool {
        get throws(HostNetworkFailure) {
            guard case .nft(let path) = self else { return true }
            return try HostProgram.run(path, ["list", "tables"], milliseconds: Self.timeLimit, doing: "cannot ask nft for its tables")
                .isSuccess
        }
    }

    /// Puts the rules in place; those that are there already stay as they are.
    func apply(_ translation: AddressTranslation) throws(HostNetworkFailure) {
        let what = "cannot translate the addresses of \(translation.bridge)"
        switch self {
        case .nft(let path):
            let result = try HostProgram.run(
                path, ["-f", "-"], input: translation.nftRules, milliseconds: Self.timeLimit, doing: what)
            guard result.isSuccess else { throw HostNetworkFailure(what, reason: HostProgram.complaint(path, result)) }
        case .iptables:
            for rule in translation.rules where try !isThere(rule, what) {
                let result = try run(rule, rule.isFirst ? "-I" : "-A", what)
                guard result.run.isSuccess || rule.isOptional else {
                    throw HostNetworkFailure(what, reason: HostProgram.complaint(result.path, result.run))
                }
            }
        }
    }

    /// Takes the rules away; what is not there is no error.
    func remove(_ translation: AddressTranslation) throws(HostNetworkFailure) {
        let what = "cannot remove the address translation of \(translation.bridge)"
        switch self {
        case .nft(let path):
            let result = try HostProgram.run(
                path, ["-f", "-"], input: translation.nftRemoval, milliseconds: Self.timeLimit, doing: what)
            guard result.isSuccess else { throw HostNetworkFailure(what, reason: HostProgram.complaint(path, result)) }
        case .iptables:
            for rule in translation.rules where try isThere(rule, what) {
                let result = try run(rule, "-D", what)
                guard result.run.isSuccess else {
                    throw HostNetworkFailure(what, reason: HostProgram.complaint(result.path, result.run))
                }
            }
        }
    }

    /// Whether everything that is needed is in place.
    func isInPlace(_ translation: AddressTranslation) throws(HostNetworkFailure) -> Bool {
        let what = "cannot look at the address translation of \(translation.bridge)"
        switch self {
        case .nft(let path):
            for table in translation.nftTables {
                let words = ["list", "table"] + table.split(separator: " ").map(String.init)
                guard try HostProgram.run(path, words, milliseconds: Self.timeLimit, doing: what).isSuccess else { return false }
            }
        case .iptables:
            for rule in translation.rules where !rule.isOptional {
                if try !isThere(rule, what) { return false }
            }
        }
        return true
    }

    private func isThere(_ rule: AddressTranslation.Rule, _ what: String) throws(HostNetworkFailure) -> Bool {
        try run(rule, "-C", what).run.isSuccess
    }

    private func run(
        _ rule: AddressTranslation.Rule, _ verb: String, _ what: String
    ) throws(HostNetworkFailure) -> (path: String, run: ProgramRun.Result) {
        guard case .iptables(let ipv4, let ip6) = self else { preconditionFailure("only iptables has rules one by one") }
        guard let path = rule.isIPv6 ? ip6 : ipv4 else {
            throw HostNetworkFailure(
                what, reason: "there is no ip6tables", variable: "LXC_IPV6_NAT", hint: "install the package iptables")
        }
        return (path, try HostProgram.run(path, rule.arguments(verb), milliseconds: Self.timeLimit, doing: what))
    }
}
