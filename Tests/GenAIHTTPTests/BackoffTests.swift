// SPDX-License-Identifier: MIT

import Testing

@testable import GenAIHTTP

@Suite("Backoff")
struct BackoffTests {
    static let backoff = Backoff(initialDelay: .seconds(1), maximumDelay: .seconds(30), maximumAttempts: 8)

    static let ceilings: [(attempt: Int, seconds: Int)] = [
        (1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 30), (7, 30), (1_000_000, 30), (.max, 30), (0, 1), (-5, 1),
    ]

    @Test("doubles up to the maximum", arguments: ceilings)
    func ceiling(attempt: Int, seconds: Int) {
        #expect(Self.backoff.ceiling(afterFailedAttempt: attempt) == .seconds(seconds))
    }

    static let jitters: [(jitter: Double, milliseconds: Int)] = [
        (0, 0), (0.25, 1000), (0.5, 2000), (1, 4000), (-1, 0), (7, 4000), (.infinity, 4000),
    ]

    @Test("lands anywhere between none and all of the wait", arguments: jitters)
    func jitter(jitter: Double, milliseconds: Int) {
        #expect(Self.backoff.delay(afterFailedAttempt: 3, jitter: jitter) == .milliseconds(milliseconds))
    }

    @Test("stays in range with random jitter")
    func random() throws {
        for _ in 0..<1000 {
            let delay = try #require(Self.backoff.delay(afterFailedAttempt: 2))
            #expect((Duration.zero ... .seconds(2)).contains(delay))
        }
    }

    @Test("gives up after the last attempt")
    func attempts() {
        #expect(Self.backoff.delay(afterFailedAttempt: 7, jitter: 1) != nil)
        #expect(Self.backoff.delay(afterFailedAttempt: 8, jitter: 1) == nil)
        #expect(Self.backoff.delay(afterFailedAttempt: .max, jitter: 1) == nil)
    }

    static let serverDelays: [(server: Int, jitter: Double, expected: Int)] = [
        (10, 1, 10), (10, 0, 10), (1, 1, 4), (0, 1, 4), (3600, 0.5, 3600),
    ]

    @Test("never waits less than the server asks", arguments: serverDelays)
    func serverDelay(server: Int, jitter: Double, expected: Int) {
        let delay = Self.backoff.delay(afterFailedAttempt: 3, serverDelay: .seconds(server), jitter: jitter)
        #expect(delay == .seconds(expected))
    }

    static let remainders: [(remaining: Int, expected: Int?)] = [(100, 4), (5, 4), (4, nil), (0, nil), (-1, nil)]

    @Test("gives up when the wait would use up the time left", arguments: remainders)
    func remaining(remaining: Int, expected: Int?) {
        let delay = Self.backoff.delay(afterFailedAttempt: 3, remaining: .seconds(remaining), jitter: 1)
        #expect(delay == expected.map { .seconds($0) })
    }

    @Test("reads values out of range as the nearest in range")
    func outOfRange() {
        let none = Backoff(initialDelay: .seconds(-1), maximumDelay: .seconds(-1), maximumAttempts: -1)
        #expect(none.delay(afterFailedAttempt: 1) == nil)
        #expect(none.ceiling(afterFailedAttempt: 9) == .zero)
        let huge = Backoff(initialDelay: .seconds(1), maximumDelay: .seconds(Int64.max), maximumAttempts: .max)
        #expect(huge.ceiling(afterFailedAttempt: .max) == .seconds(Int64.max))
    }
}

@Suite("Retry-After")
struct RetryAfterTests {
    /// Sun, 06 Nov 1994 08:49:37 GMT
    static let now = Duration.seconds(784_111_777)

    static let fields: [(field: String, seconds: Int?)] = [
        ("0", 0), ("1", 1), ("120", 120), (" 7 ", 7), ("86400", 86_400), ("86401", 86_400),
        ("99999999999999999999999999", 86_400),
        ("Sun, 06 Nov 1994 08:49:47 GMT", 10), ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
        ("Sun, 06 Nov 1994 08:49:27 GMT", 0), ("Sunday, 06-Nov-94 08:50:37 GMT", 60),
        ("Sun Nov  6 08:49:40 1994", 3), ("Mon, 07 Nov 1994 08:49:37 GMT", 86_400),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("", nil), ("-1", nil), ("+1", nil), ("1e3", nil), ("0x10", nil), ("1.2.3", nil), (".5", nil), ("nan", nil),
        ("inf", nil), ("soon", nil), ("Sun, 06 Nov 1994 08:49:37 PST", nil), ("Sun, 31 Nov 1994 08:49:37 GMT", nil),
        ("Sun, 06 Nov 1994 24:00:00 GMT", nil), ("Sun, 06 Nov 1994 08:60:00 GMT", nil),
        ("Sun, 06 Nov 94 08:49:37 GMT", nil), ("Xyz, 06 Nov 1994 08:49:37 GMT", nil),
        ("Sun, 06 Now 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 08:49 GMT", nil), ("Sun, 06 Nov 1994", nil),
        ("Sun, ٠٦ Nov 1994 08:49:37 GMT", nil), (String(repeating: "9", count: 100_000), nil),
        (String(repeating: " ", count: 100_000), nil), ("\u{0}", nil),
    ]

    @Test("reads seconds and all three date formats, bounded by a day", arguments: fields)
    func field(field: String, seconds: Int?) {
        #expect(RetryAfter.delay(retryAfter: field, now: Self.now) == seconds.map { .seconds($0) })
    }

    @Test("reads fractions of a second")
    func fraction() {
        #expect(RetryAfter.delay(retryAfter: "0.5", now: Self.now) == .milliseconds(500))
    }

    static let headers: [(headers: HTTPHeaders, milliseconds: Int?)] = [
        (["retry-after-ms": "250", "Retry-After": "9"], 250), (["Retry-After-Ms": "1500.5"], 1500),
        (["retry-after-ms": "x", "retry-after": "9"], 9000), (["Retry-After": "2"], 2000), (["Other": "2"], nil),
        ([:], nil),
        (["retry-after-ms": "999999999999"], 86_400_000),
    ]

    @Test("prefers milliseconds", arguments: headers)
    func milliseconds(headers: HTTPHeaders, milliseconds: Int?) {
        let delay = RetryAfter.delay(in: headers, now: Self.now)
        #expect(delay.map { Int($0 / .milliseconds(1)) } == milliseconds)
    }

    /// Expected values from `date -u -d '...' +%s`.
    static let dates: [(text: String, seconds: Int64)] = [
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600),
        ("Wed, 31 Dec 2025 23:59:59 GMT", 1_767_225_599), ("Thu, 29 Feb 2024 00:00:00 GMT", 1_709_164_800),
        ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400), ("Friday, 31-Dec-99 23:59:59 GMT", 946_684_799),
        ("Tuesday, 01-Jan-30 00:00:00 GMT", 1_893_456_000), ("Sat Jan 31 00:00:00 2026", 1_769_817_600),
        ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800),
    ]

    @Test("counts the days of the calendar", arguments: dates)
    func date(text: String, seconds: Int64) {
        #expect(HTTPDate.seconds(text) == seconds)
    }

    @Test(
        "knows which years have a 29 February", arguments: [(1900, false), (2000, true), (2023, false), (2024, true)])
    func leapYears(year: Int, isLeap: Bool) {
        #expect((HTTPDate.seconds("Mon, 29 Feb \(year) 00:00:00 GMT") != nil) == isLeap)
    }
}
