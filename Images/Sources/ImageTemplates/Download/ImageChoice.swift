// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel
internal import Unpacking

/// Which image is meant.
struct ImageChoice {
    let index: ImageIndex
    /// Reads a line that the user types; nil when there is nobody to ask.
    let ask: ((String) -> String?)?

    /// The image for the options; asks for what they leave open.
    func choose(_ options: DownloadOptions) throws(ImageFailure) -> ListedImage {
        let variant = options.variant ?? "default"
        var fitting = index.matching(options.distribution, options.release, options.architecture, variant)
        if fitting.isEmpty { throw Self.nothing(options, index) }
        if ask != nil, options.distribution == nil || options.release == nil || options.architecture == nil {
            Surroundings.say(ImageIndex.table(fitting))
        }
        fitting = try narrow(fitting, options.distribution, "--dist", "Distribution") { $0.distribution }
        fitting = try narrow(fitting, options.release, "--release", "Release") { $0.release }
        // Nobody to ask: a container for this machine is meant.
        let host = options.architecture == nil && ask == nil ? OCIArchitecture.host : nil
        if let host { fitting = fitting.filter { OCIArchitecture.name($0.architecture) == host } }
        fitting = try narrow(fitting, options.architecture ?? host, "--arch", "Architecture") { $0.architecture }
        guard let first = fitting.first else { throw Self.nothing(options, index) }
        return first
    }

    private func narrow(
        _ images: [ListedImage], _ given: String?, _ option: String, _ question: String, by name: (ListedImage) -> String
    ) throws(ImageFailure) -> [ListedImage] {
        let names = Set(images.map(name)).sorted()
        if given != nil || names.count <= 1 { return images }
        guard let ask else {
            throw ImageFailure("which image? \(option) is missing", advice: "there are: " + names.prefix(20).joined(separator: " "))
        }
        while true {
            guard let answer = ask("\(question) (\(names.prefix(12).joined(separator: " "))\(names.count > 12 ? " ..." : "")): ") else {
                throw ImageFailure("no image was chosen")
            }
            let chosen = images.filter { name($0).lowercased() == answer.lowercased() }
            if !chosen.isEmpty { return chosen }
        }
    }

    private static func nothing(_ options: DownloadOptions, _ index: ImageIndex) -> ImageFailure {
        let words = [options.distribution, options.release, options.architecture, options.variant ?? "default"].compactMap { $0 }
        let what = "there is no image \(words.joined(separator: " ")) on \(options.server)"
        // What there is instead: with one word less each time.
        if let distribution = options.distribution {
            let near = index.matching(distribution, nil, nil, nil)
            if near.isEmpty {
                return ImageFailure(
                    what, advice: "there are: " + Set(index.images.map { $0.distribution }).sorted().prefix(40).joined(separator: " "))
            }
            let list = near.prefix(8).map { "\($0.release)/\($0.architecture)/\($0.variant)" }.joined(separator: " ")
            return ImageFailure(what, advice: "\(distribution) has: \(list)\(near.count > 8 ? " ... (--list shows all)" : "")")
        }
        return ImageFailure(what, advice: "--list shows what there is")
    }
}
