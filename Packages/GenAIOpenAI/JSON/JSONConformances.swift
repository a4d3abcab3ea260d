// SPDX-License-Identifier: MIT

extension JSONValue: JSONConvertible {
    /// Creates an unchanged copy.
    package init(json: JSONValue) { self = json }
    /// The value itself.
    package var json: JSONValue { self }
}

extension JSONObject: JSONConvertible {
    /// Reads an object.
    package init(json: JSONValue) throws(JSONError) {
        guard case .object(let object) = json else { throw JSONError(expected: "an object") }
        self = object
    }

    /// The object as a value.
    package var json: JSONValue { .object(self) }
}

extension String: JSONConvertible {
    /// Reads a string.
    package init(json: JSONValue) throws(JSONError) {
        guard case .string(let text) = json else { throw JSONError(expected: "a string") }
        self = text
    }

    /// Reads a string or the digits of a number, because identifiers are sent as both.
    package init(lenient json: JSONValue) throws(JSONError) {
        switch json {
        case .integer(let number): self = String(number)
        case .number(let text): self = text
        default: try self.init(json: json)
        }
    }

    /// The string as a value.
    package var json: JSONValue { .string(self) }
}

extension Bool: JSONConvertible {
    /// Reads a Boolean.
    package init(json: JSONValue) throws(JSONError) {
        guard case .bool(let flag) = json else { throw JSONError(expected: "true or false") }
        self = flag
    }

    /// Reads `true` or `false`, or their names.
    package init(lenient json: JSONValue) throws(JSONError) {
        if let flag = json.stringValue.flatMap({ Bool($0.lowercased()) }) {
            self = flag
        } else {
            try self.init(json: json)
        }
    }

    /// The Boolean as a value.
    package var json: JSONValue { .bool(self) }
}

extension Int: JSONConvertible {
    /// Reads an integer; `3.0` is one.
    package init(json: JSONValue) throws(JSONError) {
        guard let number = json.intValue else { throw JSONError(expected: "a whole number") }
        self = number
    }

    /// Reads an integer, or text with its digits.
    package init(lenient json: JSONValue) throws(JSONError) {
        if let number = json.stringValue.flatMap({ Int($0) }) { self = number } else { try self.init(json: json) }
    }

    /// The number as a value.
    package var json: JSONValue { .integer(Int64(self)) }
}

extension Double: JSONConvertible {
    /// Reads a number.
    package init(json: JSONValue) throws(JSONError) {
        guard let number = json.doubleValue else { throw JSONError(expected: "a number") }
        self = number
    }

    /// Reads a finite number, or text with its digits.
    package init(lenient json: JSONValue) throws(JSONError) {
        if let number = json.stringValue.flatMap({ Double($0) }), number.isFinite {
            self = number
        } else {
            try self.init(json: json)
        }
    }

    /// The number as a value; integers without a fraction.
    package var json: JSONValue { Int64(exactly: self).map(JSONValue.integer) ?? .double(self) }
}

extension Array: JSONConvertible where Element: JSONConvertible {
    /// Reads a list.
    package init(json: JSONValue) throws(JSONError) {
        guard case .array(let elements) = json else { throw JSONError(expected: "a list") }
        self = []
        reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            do throws(JSONError) {
                append(try Element(json: element))
            } catch {
                throw error.inside(String(index))
            }
        }
    }

    /// Reads a list without its `null` elements, or a single element outside a list.
    package init(lenient json: JSONValue) throws(JSONError) {
        guard case .array(let elements) = json else {
            self = [try Element(lenient: json)]
            return
        }
        self = []
        reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() where element != .null {
            do throws(JSONError) {
                append(try Element(lenient: element))
            } catch {
                throw error.inside(String(index))
            }
        }
    }

    /// The elements as a value.
    package var json: JSONValue { .array(map(\.json)) }
}

extension Dictionary: JSONConvertible where Key == String, Value: JSONConvertible {
    /// Reads an object whose members all have the same type.
    package init(json: JSONValue) throws(JSONError) {
        guard case .object(let object) = json else { throw JSONError(expected: "an object") }
        self = [:]
        for (key, value) in object {
            do throws(JSONError) {
                self[key] = try Value(json: value)
            } catch {
                throw error.inside(key)
            }
        }
    }

    /// The members as an object, sorted by name so that equal requests are equal bytes.
    package var json: JSONValue {
        .object(JSONObject(members: sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value.json) }))
    }
}
