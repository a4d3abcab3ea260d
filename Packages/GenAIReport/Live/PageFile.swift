// SPDX-License-Identifier: MIT

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// A file that is replaced atomically, so that no reader sees a part of it. Only its owner may read it.
struct PageFile: Sendable {
    let path: String

    /// Writes the pieces in order into a new file, which then replaces the old one.
    func replace(with pieces: [[UInt8]]) throws(ReportError) {
        let temporary = "\(path).\(getpid()).tmp"
        // Removes the leftover of a process that was killed, and never follows a link that somebody else created.
        _ = unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(errno) }
        var number: Int32 = 0
        for piece in pieces where number == 0 { number = Self.write(piece, to: descriptor) }
        if close(descriptor) != 0, number == 0 { number = errno }
        if number == 0, rename(temporary, path) != 0 { number = errno }
        if number != 0 {
            _ = unlink(temporary)
            throw failure(number)
        }
    }

    private func failure(_ number: Int32) -> ReportError {
        ReportError(.unwritableFile, "\(path) cannot be written: \(String(cString: strerror(number)))")
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
                if count >= 0 {
                    done += count
                } else if errno != EINTR {
                    return errno
                }
            }
            return 0
        }
    }

    private static func write(_ descriptor: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
        #if canImport(Darwin)
            Darwin.write(descriptor, start, count)
        #elseif canImport(Glibc)
            Glibc.write(descriptor, start, count)
        #elseif canImport(Musl)
            Musl.write(descriptor, start, count)
        #elseif canImport(Android)
            Android.write(descriptor, start, count)
        #endif
    }
}

extension Report {
    /// Writes the page to a file. The file is replaced atomically, and only its owner may read it.
    ///
    /// - Parameters:
    ///   - path: The path of the file.
    ///   - title: The heading. Default: the names of the services.
    ///   - isLive: Whether an open page checks for a newer version.
    /// - Throws: ``ReportError`` if the file cannot be written.
    public func writePage(to path: String, title: String = "", isLive: Bool = false) throws(ReportError) {
        let progress = PageWriter.Progress(isLive: isLive, revision: 1)
        try PageFile(path: path).replace(with: PageWriter().pieces(of: self, title: title, progress))
    }

    /// Writes text to a file in the same way as ``writePage(to:title:isLive:)``.
    public static func write(_ text: String, to path: String) throws(ReportError) {
        try PageFile(path: path).replace(with: [Array(text.utf8)])
    }
}
