// SPDX-License-Identifier: MIT
import GenAICore
import GenAITelemetry
import Testing

@Suite("Resources")
struct ResourceTests {
    private func detected(
        _ variables: [String: String], name: String? = nil, attributes: Attributes = [:]
    ) -> Attributes {
        Resource.detected(
            serviceName: name, attributes: attributes, environment: TelemetryEnvironment(variables)
        ).attributes
    }

    @Test("name the service by code, then by its own variable, then by the attributes' variable, then by the program")
    func serviceName() {
        let both = ["OTEL_SERVICE_NAME": "b", "OTEL_RESOURCE_ATTRIBUTES": "service.name=c"]
        #expect(detected(both, name: "a")["service.name"] == "a")
        #expect(detected(both)["service.name"] == "b")
        #expect(detected(["OTEL_RESOURCE_ATTRIBUTES": "service.name=c"])["service.name"] == "c")
        guard case .string(let fallback)? = detected([:])["service.name"] else {
            Issue.record("no service.name")
            return
        }
        #expect(fallback.hasPrefix("unknown_service:"))
    }

    @Test("take attributes from the environment, percent-decoded, and code's over them")
    func attributes() {
        let found = detected(
            ["OTEL_RESOURCE_ATTRIBUTES": "a=1,list=x%2Cy%3Dz, spaced = v "], attributes: ["a": "code"])
        #expect(found["a"] == "code" && found["list"] == "x,y=z" && found["spaced"] != nil)
    }

    @Test(
        "discard the whole variable when a part cannot be read",
        arguments: ["a=1,b", "a=1,b=%zz", "a=1,=2", "a=1,eq=a=b"])
    func malformed(text: String) {
        #expect(detected(["OTEL_RESOURCE_ATTRIBUTES": text])["a"] == nil)
    }

    @Test("say which SDK and which process")
    func detection() {
        let found = detected([:])
        for name in ["telemetry.sdk.name", "telemetry.sdk.version", "service.instance.id", "process.pid", "host.arch"] {
            #expect(found[name] != nil, "\(name)")
        }
        #expect(found["telemetry.sdk.language"] == "swift")
        #expect(found["service.instance.id"] == detected([:])["service.instance.id"])
    }

    @Test("merge: the other wins, and of two schemas none is kept")
    func merging() {
        let one = Resource(["a": 1, "b": 1], schemaURL: "https://one")
        #expect(one.merging(Resource(["b": 2])) == Resource(["a": 1, "b": 2], schemaURL: "https://one"))
        #expect(one.merging(Resource([:], schemaURL: "https://two")).schemaURL == nil)
    }
}
