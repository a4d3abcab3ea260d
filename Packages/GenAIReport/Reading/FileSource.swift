// SPDX-License-Identifier: MIT
import CZlib

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// A file to read from its beginning to its end, compressed with gzip or not; `-` is standard input.
///
/// Owns its descriptor; not for several threads.
struct FileSource: ~Copyable {
    private enum Handle {
        case plain(Int32)
        case gzip(gzFile)
    }

    /// The path, for messages.
    let path: String
    private let handle: Handle

    /// Opens a file.
    init(path: String) throws(ReportError) {
        self.path = path
        let descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ReportError(unreadable: path, errno) }
        if path.hasSuffix(".gz") {
            guard let file = gzdopen(descriptor, "rb") else {
                _ = close(descriptor)
                throw ReportError(.unreadableFile, "\(path): there is no memory to decompress it")
            }
            gzbuffer(file, 1 << 18)
            handle = .gzip(file)
        } else {
            handle = .plain(descriptor)
        }
    }

    deinit {
        switch handle {
        case .plain(let descriptor): if descriptor > 0 { _ = close(descriptor) }
        case .gzip(let file): gzclose(file)
        }
    }

    /// Reads up to the room there is.
    ///
    /// - Returns: How many bytes were read; 0 at the end.
    func read(into room: UnsafeMutableRawBufferPointer) throws(ReportError) -> Int {
        let most = min(room.count, 1 << 30)
        switch handle {
        case .plain(let descriptor):
            while true {
                let count = systemRead(descriptor, room.baseAddress, most)
                if count >= 0 { return count }
                guard errno == EINTR else { throw ReportError(unreadable: path, errno) }
            }
        case .gzip(let file):
            let count = gzread(file, room.baseAddress, UInt32(most))
            guard count >= 0 else {
                var code: Int32 = 0
                let reason = gzerror(file, &code).map { String(cString: $0) } ?? "damaged"
                throw ReportError(.unreadableFile, "\(path): it is not a whole gzip file: \(reason)")
            }
            return Int(count)
        }
    }

    /// Reads all that is left; `nil` where that is more than `limit` bytes.
    func readAll(limit: Int) throws(ReportError) -> [UInt8]? {
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count: Result<Int, ReportError> = block.withUnsafeMutableBytes { room in
                do throws(ReportError) { return .success(try read(into: room)) } catch { return .failure(error) }
            }
            let step = try count.get()
            guard step > 0 else { return bytes }
            guard bytes.count + step <= limit else { return nil }
            bytes += block[..<step]
        }
    }

    /// The names in a folder, sorted; `nil` for what is no folder.
    static func names(in folder: String) -> [String]? {
        guard folder != "-", let stream = opendir(folder) else { return nil }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}

private func systemRead(_ descriptor: Int32, _ start: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, start, count)
}

extension ReportError {
    /// A file that the system does not let us read.
    fileprivate init(unreadable path: String, _ number: Int32) {
        self.init(.unreadableFile, "\(path): \(String(cString: strerror(number)))")
        isMissing = number == ENOENT
    }
}
