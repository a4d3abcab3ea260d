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

/// A directory of this user to which nobody else can write, and plain files in it.
///
/// All accesses use the directory's descriptor, so that the directory that was checked is the one that is used,
/// whatever happens to its path meanwhile. Links are never followed.
final class PrivateDirectory: Sendable {
    /// The reason why a directory cannot be trusted or used.
    struct Refusal: Error {
        /// The problem and its fix.
        let advice: String
    }

    private let descriptor: Int32

    private init(checking descriptor: Int32) throws(Refusal) {
        self.descriptor = descriptor
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Refusal(advice: "it cannot be read: \(systemError())") }
        guard status.st_uid == geteuid() else {
            throw Refusal(advice: "it belongs to another user, who could put files into it; use one of your own")
        }
        guard status.st_mode & 0o022 == 0 else {
            throw Refusal(advice: "other users may write to it; run chmod 700 or use a directory inside it")
        }
    }

    deinit {
        close(descriptor)
    }

    /// Opens a directory. If it does not exist, it is created with its parents, for the user alone.
    convenience init(path: String) throws(Refusal) {
        let path = path.withoutTrailingSlashes
        Self.create(path)
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw Refusal(advice: Self.reason(forNotOpening: errno)) }
        try self.init(checking: descriptor)
    }

    /// Opens a directory inside another.
    ///
    /// - Parameter creates: Whether the directory is created if it does not exist.
    convenience init(_ name: String, in parent: PrivateDirectory, creates: Bool) throws(Refusal) {
        if creates { mkdirat(parent.descriptor, name, 0o700) }
        let descriptor = openat(parent.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw Refusal(advice: Self.reason(forNotOpening: errno)) }
        try self.init(checking: descriptor)
        fchmod(descriptor, 0o700)
    }

    /// Creates a directory and its missing parents, each for the user alone.
    static func create(_ path: String) {
        guard mkdir(path, 0o700) != 0, errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex
        else { return }
        create(String(path[..<slash]))
        mkdir(path, 0o700)
    }

    private static func reason(forNotOpening number: Int32) -> String {
        number == ELOOP || number == ENOTDIR
            ? "it is a link or not a directory; use the path of the directory itself"
            : "it cannot be opened: \(systemError(number))"
    }
}

// MARK: - Files

extension PrivateDirectory {
    /// Returns the names in the directory, in no particular order.
    func names() -> [String] {
        // A separate descriptor, because reading changes its position and closing the stream closes it.
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0 else { return [] }
        guard let stream = fdopendir(copy) else {
            close(copy)
            return []
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Returns the size of a plain file of this user; `nil` for anything else.
    func size(of name: String) -> Int? {
        var status = stat()
        guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        return Self.size(status)
    }

    /// Acquires the lock of a name. It is released when the descriptor is closed or the process ends, however it ends.
    ///
    /// - Returns: The descriptor to close, or `nil` if another process has the lock.
    func lock(_ name: String) throws(Refusal) -> Int32? {
        let file = openat(descriptor, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Refusal(advice: "its lock cannot be opened: \(systemError())") }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            close(file)
            if number == EWOULDBLOCK { return nil }
            throw Refusal(advice: "it cannot be locked: \(systemError(number))")
        }
        return file
    }

    /// Writes a file that only the user may read, as a whole or not at all.
    func write(_ bytes: [UInt8], to name: String) -> Bool {
        let part = "\(name).part"
        unlinkat(descriptor, part, 0)
        let file = openat(descriptor, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        let isWritten = writeAll(bytes, to: file) == nil
        // A full disk may be reported only by closing.
        let isClosed = close(file) == 0
        guard isWritten, isClosed, renameat(descriptor, part, descriptor, name) == 0 else {
            unlinkat(descriptor, part, 0)
            return false
        }
        return true
    }

    /// The result of reading a file.
    enum Reading {
        case whole([UInt8])
        /// The file is gone, or is not what was written.
        case damaged
        /// The file may be readable later: a locked device hides it, or there are too many open files.
        case unreadable
    }

    /// Reads a file of exactly this size.
    func read(_ name: String, byteCount: Int) -> Reading {
        let file = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { return errno == ENOENT || errno == ELOOP ? .damaged : .unreadable }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, Self.size(status) == byteCount else { return .damaged }
        var (isWhole, hasFailed) = (false, false)
        let bytes = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            (count, hasFailed) = readAll(file, into: UnsafeMutableRawBufferPointer(buffer))
            isWhole = count == byteCount
        }
        return isWhole ? .whole(bytes) : hasFailed ? .unreadable : .damaged
    }

    func delete(_ name: String) {
        unlinkat(descriptor, name, 0)
    }

    func move(_ name: String, to other: PrivateDirectory) {
        renameat(descriptor, name, other.descriptor, name)
    }

    private static func size(_ status: stat) -> Int? {
        guard status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid() else { return nil }
        return Int(exactly: status.st_size)
    }
}

// MARK: - System calls

/// Returns the system's text for an error number.
func systemError(_ number: Int32 = errno) -> String {
    String(cString: strerror(number))
}

/// Writes all of the bytes. Returns `nil` or the error number.
///
/// Waits for a full pipe, but not for long.
func writeAll(_ bytes: [UInt8], to file: Int32) -> Int32? {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        if count >= 0 {
            rest = rest.dropFirst(count)
        } else if errno == EAGAIN {
            var state = pollfd(fd: file, events: Int16(POLLOUT), revents: 0)
            if poll(&state, 1, 2_000) == 0 { return EAGAIN }
        } else if errno != EINTR {
            return errno
        }
    }
    return nil
}

private func readAll(
    _ file: Int32, into buffer: UnsafeMutableRawBufferPointer
) -> (count: Int, hasFailed: Bool) {
    var count = 0
    while count < buffer.count, let start = buffer.baseAddress {
        let step = read(file, start + count, buffer.count - count)
        if step > 0 {
            count += step
        } else if step == 0 || errno != EINTR {
            return (count, step < 0)
        }
    }
    return (count, false)
}

extension String {
    fileprivate var withoutTrailingSlashes: String {
        var text = self[...]
        while text.count > 1, text.last == "/" { text = text.dropLast() }
        return String(text)
    }
}
