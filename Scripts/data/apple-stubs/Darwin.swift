// swift-format-ignore-file
// What the `#if canImport(Darwin)` branches use and glibc lacks or has otherwise. Everything else is glibc's.
// Source: the SDK's headers as Swift imports them: pthread.h, fcntl.h, sys/socket.h.
@_exported import Glibc

public struct _opaque_pthread_t {}
public typealias pthread_t = UnsafeMutablePointer<_opaque_pthread_t>

public let F_FULLFSYNC: Int32 = 51
public let SO_NOSIGPIPE: Int32 = 0x1022
public let SOCK_STREAM: Int32 = 1
public let IPPROTO_TCP: Int32 = 6
public let RLIMIT_NOFILE: Int32 = 8
public let PTHREAD_CREATE_DETACHED: Int32 = 2

@discardableResult public func getrlimit(_ resource: Int32, _ limit: UnsafeMutablePointer<rlimit>!) -> Int32 { 0 }
@discardableResult public func setrlimit(_ resource: Int32, _ limit: UnsafePointer<rlimit>!) -> Int32 { 0 }
public func pthread_self() -> pthread_t { fatalError() }
@discardableResult public func pthread_equal(_ one: pthread_t!, _ other: pthread_t!) -> Int32 { 0 }
@discardableResult public func pthread_detach(_ thread: pthread_t!) -> Int32 { 0 }
@discardableResult public func pthread_join(
    _ thread: pthread_t!, _ value: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> Int32 { 0 }
@discardableResult public func pthread_create(
    _ thread: UnsafeMutablePointer<pthread_t?>!, _ attributes: UnsafePointer<pthread_attr_t>?,
    _ body: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer?, _ argument: UnsafeMutableRawPointer?
) -> Int32 { 0 }
@discardableResult public func pthread_cond_timedwait_relative_np(
    _ condition: UnsafeMutablePointer<pthread_cond_t>, _ mutex: UnsafeMutablePointer<pthread_mutex_t>,
    _ time: UnsafePointer<timespec>?
) -> Int32 { 0 }

extension sockaddr_in {
    public var sin_len: UInt8 {
        get { 0 }
        set {}
    }
}
