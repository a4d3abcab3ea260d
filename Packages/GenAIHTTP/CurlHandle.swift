// SPDX-License-Identifier: MIT

#if canImport(Glibc)
    import CCurl
    import Foundation

    /// One request inside libcurl, with the state that its callbacks use. Created, used and freed on the thread of its
    /// loop.
    final class CurlHandle {
        let number: Int
        let easy: OpaquePointer
        let exchange: Exchange
        private let request: CheckedRequest
        /// Outlives its handles.
        private unowned let transfers: CurlTransfers
        private let problem = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CCURL_ERROR_SIZE))
        private var fields: OpaquePointer?
        private var sentCount = 0
        private var head = ResponseHeadReader()
        private var failure: HTTPTransportError?
        private var isComplete = true

        /// Prepares a request; `nil` if libcurl is out of memory or rejects an option.
        init?(
            _ request: CurlRequest, _ exchange: Exchange, _ configuration: HTTPTransportConfiguration,
            transfers: CurlTransfers
        ) {
            guard let easy = ccurl_easy_new() else { return nil }
            self.transfers = transfers
            (number, self.easy, self.request, self.exchange) = (request.number, easy, request.request, exchange)
            problem.initialize(repeating: 0, count: Int(CCURL_ERROR_SIZE))
            setCallbacks()
            setRequest()
            setConnection(configuration)
            setConnectTimeout(request.connectTimeout)
            guard isComplete else { return nil }
        }

        deinit {
            ccurl_easy_free(easy)
            ccurl_list_free(fields)
            problem.deallocate()
        }

        /// Returns the handle that belongs to one of libcurl's.
        static func of(_ easy: OpaquePointer) -> CurlHandle? {
            ccurl_private(easy).map(from)
        }

        fileprivate static func from(_ context: UnsafeMutableRawPointer) -> CurlHandle {
            Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
        }

        /// The scheme, host and port that the request connects to.
        var origin: String { request.origin }

        /// Reports the result of the transfer to the exchange.
        func finish(_ result: Int32) {
            let origin = origin
            let words = words(for: result, String(cString: problem))
            let (failure, head) = (failure, head)
            if result == CCURL_OK, head.isComplete { return exchange.finish(trailers: head.trailers, nil) }
            exchange.finish { hasHead in
                if let failure { return failure }
                if result == CCURL_OK {
                    return HTTPTransportError(.connection, "incomplete response head from \(origin)")
                }
                // The exchange itself watches the other limits.
                if result == CCURL_TIMED_OUT {
                    return HTTPTransportError(.timedOut, "no connection to \(origin) in time (limit: connect)")
                }
                let code = HTTPTransportError.Code(curlResult: result, text: words)
                return HTTPTransportError(code, "\(code.problem(hasHead: hasHead)) \(origin): \(words)")
            }
        }

        /// Returns libcurl's message for this failure, or else its general text for the result code.
        private func words(for result: Int32, _ text: String) -> String {
            guard result != CCURL_OK else { return "" }
            let general = ccurl_explanation(result).map { String(cString: $0) } ?? "libcurl error \(result)"
            let secrets = Secrets(headers: request.headers, urls: [request.url.absoluteString])
            return secrets.masked(text.isEmpty ? general : text)
        }

        // MARK: - Callbacks

        fileprivate func receive(line: UnsafeRawBufferPointer) -> Int {
            switch head.read(line: line) {
            case .more: break
            case .complete(let head):
                exchange.receive(head)
                transfers.watch(exchange, number)
            case .invalid(let error):
                failure = error
                return 0
            }
            return line.count
        }

        fileprivate func receive(piece: UnsafeRawBufferPointer) -> Int {
            // Nothing is lost if the consumer reads meanwhile: its command to resume is carried out after this
            // callback.
            if exchange.isHalted { return CCURL_WRITE_PAUSE }
            exchange.receive(piece)
            return piece.count
        }

        fileprivate func send(into space: UnsafeMutableRawBufferPointer) -> Int {
            let count = min(space.count, request.body.count - sentCount)
            request.body.withUnsafeBytes {
                space.copyMemory(from: .init(rebasing: $0[sentCount..<(sentCount + count)]))
            }
            sentCount += count
            return count
        }
    }

    // MARK: - Options

    extension CurlHandle {
        private func setCallbacks() {
            let context = Unmanaged.passUnretained(self).toOpaque()
            for option in [CCURL_PRIVATE, CCURL_WRITEDATA, CCURL_HEADERDATA, CCURL_READDATA, CCURL_SEEKDATA] {
                note(ccurl_set_pointer(easy, option, context))
            }
            note(ccurl_set_pointer(easy, CCURL_ERRORBUFFER, problem))
            note(
                ccurl_set_data_function(easy, CCURL_HEADERFUNCTION) { bytes, size, count, context in
                    guard let context else { return 0 }
                    return CurlHandle.from(context).receive(line: .init(start: bytes, count: size * count))
                })
            note(
                ccurl_set_data_function(easy, CCURL_WRITEFUNCTION) { bytes, size, count, context in
                    guard let context else { return 0 }
                    return CurlHandle.from(context).receive(piece: .init(start: bytes, count: size * count))
                })
            note(
                ccurl_set_data_function(easy, CCURL_READFUNCTION) { bytes, size, count, context in
                    guard let context else { return CCURL_READ_ABORT }
                    return CurlHandle.from(context).send(into: .init(start: bytes, count: size * count))
                })
            // libcurl seeks only to send a body a second time. Whether to do that is the caller's decision.
            note(ccurl_set_seek_function(easy, CCURL_SEEKFUNCTION) { _, _, _ in CCURL_SEEK_FAIL })
        }

        private func setRequest() {
            set(CCURL_URL, request.url.absoluteString)
            set(CCURL_PATH_AS_IS, 1)
            set(CCURL_PROTOCOLS, 0b11)  // http and https
            setVersion()
            set(CCURL_SUPPRESS_CONNECT_HEADERS, 1)
            set(CCURL_ACCEPT_ENCODING, CheckedRequest.decodedCodings)
            if !request.body.isEmpty || ["POST", "PUT", "PATCH"].contains(request.method) {
                set(CCURL_POST, 1)
                note(ccurl_set_offset(easy, CCURL_POSTFIELDSIZE_LARGE, Int64(request.body.count)))
            } else if request.method == "HEAD" {
                set(CCURL_NOBODY, 1)
            }
            set(CCURL_CUSTOMREQUEST, request.method)
            // When a reused connection breaks, libcurl repeats a request without a body. A request that must not be
            // repeated therefore gets a new connection.
            let isRepeatable = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"].contains(request.method)
            if request.body.isEmpty, !isRepeatable { set(CCURL_FRESH_CONNECT, 1) }
            setFields()
        }

        private func setVersion() {
            guard request.requiresHTTP2 else { return set(CCURL_HTTP_VERSION, Int(CCURL_HTTP_VERSION_1_1)) }
            guard request.url.scheme?.lowercased() == "http" else {
                return set(CCURL_HTTP_VERSION, Int(CCURL_HTTP_VERSION_2_TLS))
            }
            set(CCURL_HTTP_VERSION, Int(CCURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE))
            // Before 8.0, such a connection cannot be reused: the second request fails (curl issue 10634).
            if ccurl_version() < 0x08_00_00 {
                set(CCURL_FRESH_CONNECT, 1)
                set(CCURL_FORBID_REUSE, 1)
            }
        }

        private func setFields() {
            for field in request.headers.fields where field.name.lowercased() != "expect" {
                add(field: field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
            }
            // A name without a value removes the field that libcurl would add.
            add(field: "Expect:")
            if request.headers["Content-Type"] == nil { add(field: "Content-Type:") }
            note(ccurl_set_pointer(easy, CCURL_HTTPHEADER, UnsafeRawPointer(fields)))
        }

        private func setConnection(_ configuration: HTTPTransportConfiguration) {
            set(CCURL_NOSIGNAL, 1)
            set(CCURL_TCP_KEEPALIVE, 1)
            // Cancelling must not wait for a name that is being resolved. Versions before 7.87 always wait.
            _ = ccurl_set_number(easy, CCURL_QUICK_EXIT, 1)
            if let path = configuration.certificateAuthorityFile {
                set(CCURL_CAINFO, path)
                note(ccurl_set_pointer(easy, CCURL_CAPATH, nil))
            }
            if let path = configuration.clientCertificateFile {
                set(CCURL_SSLCERT, path)
                set(CCURL_SSLKEY, configuration.clientKeyFile ?? path)
            }
        }

        private func setConnectTimeout(_ timeout: Duration?) {
            // Zero would mean libcurl's own limit of five minutes.
            let longest = Duration.seconds(604_800)
            let milliseconds = max(.milliseconds(1), min(timeout ?? longest, longest)) / .milliseconds(1)
            set(CCURL_CONNECTTIMEOUT_MS, Int(milliseconds.rounded(.up)))
        }

        private func add(field: String) {
            guard let longer = ccurl_list_append(fields, field) else { return isComplete = false }
            fields = longer
        }

        private func set(_ option: Int32, _ number: Int) {
            note(ccurl_set_number(easy, option, number))
        }

        /// Sets an option whose value is text; libcurl copies it.
        private func set(_ option: Int32, _ text: String) {
            note(ccurl_set_pointer(easy, option, text))
        }

        private func note(_ result: Int32) {
            if result != CCURL_OK { isComplete = false }
        }
    }

    extension HTTPTransportError.Code {
        /// Classifies a result of libcurl. Only the text tells that the chunked coding is malformed, or that the peer
        /// ended TLS with an alert.
        fileprivate init(curlResult: Int32, text: String) {
            let text = text.lowercased()
            switch curlResult {
            case 3: self = .badURL
            // The handshake, the certificates and the files that hold them.
            case 35, 51, 53, 54, 58, 59, 60, 64, 66, 77, 80, 82, 83, 90, 91, 98: self = .tls
            // Neither HTTP/1.x nor HTTP/2, an invalid response, an unknown coding, or a length or head that is too
            // large.
            case 1, 8, 16, 61, 63, 92, 100: self = .protocolViolation
            case 55 where text.contains("alert"), 56 where text.contains("alert"): self = .tls
            default: self = text.contains("chunk") ? .protocolViolation : .connection
            }
        }
    }
#endif
