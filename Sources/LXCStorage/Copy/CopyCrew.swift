// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The second process of a copy and what it has been asked for.
final class CopyCrew {
    /// Files that the second process has been given.
    struct Request {
        let names: [EntryName]
        let place: CopyPlace
        /// From the top to the directory, with a slash at the end.
        let path: [UInt8]
    }

    /// What the second process said, with what it was asked.
    enum Reply {
        case progress(bytes: Int64)
        case done(Request, bytes: Int64, vanished: Int, others: [Int])
        case failed(Request, index: Int, KernelError)
    }

    /// Requests that wait at a time: enough that it never idles, few enough that both end together.
    private static let mostWaiting = 4
    /// Smaller trees are copied before another process would have begun.
    private static let worthwhile = 64

    private var helper: TreeCopy.Helper
    private let copier: EntryCopier
    private var partner: CopyPartner?
    private var requests: [UInt32: Request] = [:]
    private var nextNumber: UInt32 = 0
    private var seen = 0

    init(_ helper: TreeCopy.Helper, _ copier: EntryCopier) {
        self.helper = helper
        self.copier = copier
    }

    /// Whether answers are to come.
    var isBusy: Bool { !requests.isEmpty }

    /// Gives files to the second process; false when there is none, or it has enough to do.
    func take(_ names: [EntryName], _ place: CopyPlace, _ path: [UInt8]) throws(KernelError) -> Bool {
        if partner == nil { try engage(names.count) }
        guard let partner, requests.count < Self.mostWaiting else { return false }
        try partner.send(CopyRequest(number: nextNumber, names: names), place.source.number, place.target.number)
        requests[nextNumber] = Request(names: names, place: place, path: path)
        place.pending += 1
        nextNumber &+= 1
        return true
    }

    private func engage(_ count: Int) throws(KernelError) {
        seen += count
        switch helper {
        case .none: break
        case .process:
            guard seen > Self.worthwhile else { return }
            // Asked once; and where no further process may be made, one copies as well.
            helper = .none
            if ProcessCopy.hasOtherProcessors { partner = try? CopyPartner.start(copier) }
        case .given(let make): partner = try make(copier)
        }
    }

    /// The next message; nil when there is none.
    func receive(wait: Bool) throws(KernelError) -> Reply? {
        guard let reply = try partner?.receive(wait: wait) else { return nil }
        switch reply {
        case .progress(let bytes): return .progress(bytes: bytes)
        case .done(let number, let bytes, let vanished, let others):
            return .done(try remove(number), bytes: bytes, vanished: vanished, others: others)
        case .failed(let number, let index, let error): return .failed(try remove(number), index: index, error)
        }
    }

    private func remove(_ number: UInt32) throws(KernelError) -> Request {
        guard let request = requests.removeValue(forKey: number) else {
            throw KernelError(call: "recv", errno: .badMessage, subject: "second process of the copy")
        }
        return request
    }

    /// Ends the second process if there is one.
    func stop(byForce: Bool) throws(KernelError) {
        let ending = partner
        partner = nil
        try ending?.stop(byForce: byForce)
    }
}
