// SPDX-License-Identifier: MIT
import GenAICore

/// The SHA-256 digest, for identifying prompts. Not for secrets: it is not protected against timing attacks.
///
/// Source: FIPS 180-4, sections 4.1.2, 4.2.2, 5.1.1, 5.3.3 and 6.2.2.
struct SHA256 {
    private var state = Self.initialState
    private var block: [UInt8] = []
    private var byteCount: UInt64 = 0

    /// Returns the digest of bytes as 64 lower-case hexadecimal digits.
    static func hexDigest(of bytes: some Sequence<UInt8>) -> String {
        var hash = SHA256()
        for byte in bytes { hash.append(byte) }
        var text: [UInt8] = []
        for word in hash.finished() {
            for shift in stride(from: UInt32(28), through: 0, by: -4) { text.append(ASCII.hexDigit(word >> shift)) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private init() {
        block.reserveCapacity(64)
    }

    private mutating func append(_ byte: UInt8) {
        byteCount &+= 1
        add(byte)
    }

    private mutating func add(_ byte: UInt8) {
        block.append(byte)
        guard block.count == 64 else { return }
        compress()
        block.removeAll(keepingCapacity: true)
    }

    private mutating func finished() -> [UInt32] {
        let bitCount = byteCount &* 8
        add(0x80)
        while block.count != 56 { add(0) }
        for shift in stride(from: UInt64(56), through: 0, by: -8) { add(UInt8(truncatingIfNeeded: bitCount >> shift)) }
        return state
    }

    private mutating func compress() {
        var w = [UInt32](repeating: 0, count: 64)
        for t in 0..<16 {
            w[t] = block[t * 4..<t * 4 + 4].reduce(0) { $0 << 8 | UInt32($1) }
        }
        for t in 16..<64 {
            let s0 = w[t - 15].rotated(7) ^ w[t - 15].rotated(18) ^ (w[t - 15] >> 3)
            let s1 = w[t - 2].rotated(17) ^ w[t - 2].rotated(19) ^ (w[t - 2] >> 10)
            w[t] = w[t - 16] &+ s0 &+ w[t - 7] &+ s1
        }
        var v = state
        for t in 0..<64 {
            let e = v[4]
            let s1 = e.rotated(6) ^ e.rotated(11) ^ e.rotated(25)
            let t1 = v[7] &+ s1 &+ ((e & v[5]) ^ (~e & v[6])) &+ Self.constants[t] &+ w[t]
            let s0 = v[0].rotated(2) ^ v[0].rotated(13) ^ v[0].rotated(22)
            let t2 = s0 &+ ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]))
            v = [t1 &+ t2, v[0], v[1], v[2], v[3] &+ t1, v[4], v[5], v[6]]
        }
        for index in 0..<8 { state[index] = state[index] &+ v[index] }
    }

    /// The fractional parts of the square roots of the first eight primes.
    private static let initialState: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]

    /// The fractional parts of the cube roots of the first 64 primes.
    private static let constants: [UInt32] = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ]
}

extension UInt32 {
    fileprivate func rotated(_ count: UInt32) -> UInt32 { self >> count | self << (32 - count) }
}
