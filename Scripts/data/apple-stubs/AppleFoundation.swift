// swift-format-ignore-file
// What Apple's Foundation has and this one lacks, as far as the package uses it.
public import Foundation
public import FoundationNetworking
public import Security

extension URLProtectionSpace {
    public var serverTrust: SecTrust? { nil }
}

extension URLCredential {
    public convenience init(trust: SecTrust) { fatalError() }
}
