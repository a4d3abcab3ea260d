// swift-format-ignore-file
// What the `#if canImport(Security)` branches use. Source: SecTrust.h and SecCertificate.h as Swift imports them.
public import Foundation

public final class SecCertificate {}
public final class SecTrust {}
public typealias CFData = Data
public typealias CFArray = [SecCertificate]
public typealias CFError = NSError
public typealias OSStatus = Int32
public let errSecSuccess: OSStatus = 0

@discardableResult public func SecCertificateCreateWithData(_ allocator: Never?, _ data: CFData) -> SecCertificate? {
    nil
}
@discardableResult public func SecTrustSetNetworkFetchAllowed(_ trust: SecTrust, _ isAllowed: Bool) -> OSStatus { 0 }
@discardableResult public func SecTrustSetAnchorCertificates(_ trust: SecTrust, _ anchors: CFArray?) -> OSStatus { 0 }
@discardableResult public func SecTrustSetAnchorCertificatesOnly(_ trust: SecTrust, _ isOnly: Bool) -> OSStatus { 0 }
@discardableResult public func SecTrustEvaluateWithError(_ trust: SecTrust, _ error: UnsafeMutablePointer<CFError?>?)
    -> Bool
{ false }
