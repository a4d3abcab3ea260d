// SPDX-License-Identifier: MIT

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension [UInt8] {
    /// The bytes in Base64 (RFC 4648, section 4).
    var base64: String { Data(self).base64EncodedString() }

    /// Decodes Base64; `nil` if the text is invalid.
    init?(base64 text: String) {
        guard let data = Data(base64Encoded: text) else { return nil }
        self.init(data)
    }
}
