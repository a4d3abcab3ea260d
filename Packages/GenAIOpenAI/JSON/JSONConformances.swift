// SPDX-License-Identifier: MIT

extension JSONValue: JSONConvertible {
    /// Takes the value as it is.
    public init(json: JSONValue) { self = json }
    /// The value itself.
    public var json: JSONValue { self }
}

extension JSONObject: JSONConvertible {
    /// Reads an object.
    public init(json: JSONValue) throws(JSONError) {
        guard case .object(let object) = json else { throw JSONError(expected: "an object") }
        self = object
    }

    /// The object as a value.
    public var json: JSONValue { .object(self) }
}

extension String: JSONConvertible {
    /// Reads a string.
    public init(json: JSONValue) throws(JSONError) {
        guard case .string(let text) = json else { throw JSONError(expected: "a string") }
        self = text
    }

    /// The string as a value.
    public var json: JSONValue { .string(self) }
}

extension Bool: JSONConvertible {
    /// Reads a Boolean.
    public init(json: JSONValue) throws(JSONError) {
        guard case .bool(let flag) = json else { throw JSONError(expected: "true or false") }
        self = flag
    }

    /// The Boolean as a value.
    public var json: JSONValue { .bool(self) }
}

extension Int: JSONConvertible {
    /// Reads a whole number; `3.0` is one.
    public init(json: JSONValue) throws(JSONError) {
        guard let number = json.intValue else { throw JSONError(expected: "a whole number") }
        self = number
    }

    /// The number as a value.
    public var json: JSONValue { .integer(Int64(self)) }
}

extension Double: JSONConvertible {
    /// Reads a number.
    public init(json: JSONValue) throws(JSONError) {
        guard let number = json.doubleValue else { throw JSONError(expected: "a number") }
        self = number
    }

    /// The number as a value; whole ones without a fraction.
    public var json: JSONValue { Int64(exactly: self).map(JSONValue.integer) ?? .double(self) }
}

extension Array: JSONConvertible where Element: JSONConvertible {
    /// Reads a list.
    public init(json: JSONValue) throws(JSONError) {
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

    /// The elements as a value.
    public var json: JSONValue { .array(map(\.json)) }
}

extension Dictionary: JSONConvertible where Key == String, Value: JSONConvertible {
    /// Reads an object whose members are all of one kind.
    public init(json: JSONValue) throws(JSONError) {
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

    /// The members as an object, sorted by name so that the same request is the same bytes.
    public var json: JSONValue {
        .object(JSONObject(members: sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value.json) }))
    }
}
