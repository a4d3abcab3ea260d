// SPDX-License-Identifier: MIT
import Foundation
import Last9GenAI

// usage: telemetry-load burst COUNT             spans as fast as they come, waiting for room; OTEL_EXPORTER_OTLP_*
//        telemetry-load spool COUNT DIRECTORY   the same, with batches on the disk while the collector is away
//        telemetry-load drain DIRECTORY         sends what is on the disk
//        telemetry-load content SECONDS [DIRECTORY MEGABYTES]
//                                               64 tasks that call a model, with content; batches on the disk where one is
//                                               given, at most so much
//        telemetry-load soak COUNT              calls to a model in ever new conversations, to an exporter that forgets
//        telemetry-load ids COUNT               the same, each call in a conversation and a workflow of its own
//        telemetry-load calls COUNT             calls of the client to a scripted model
//        telemetry-load streams COUNT           two streams of so many pieces, which the reader forgets
//        telemetry-load installs COUNT          as many times: install, export, shut down
//        telemetry-load pace RATE SECONDS       so many calls a second, in conversations of ten turns, and nothing else
//        telemetry-load exit                    records, and exits without a shutdown
//        telemetry-load signal                  records, and waits to be ended by a signal
//        telemetry-load diagnostics             reports more trouble than a pipe holds
//
// The span number n is called "n". Scripts/check-delivery, measure-report and soak run this and judge what comes out.

var arguments = CommandLine.arguments.dropFirst()
let command = arguments.popFirst() ?? ""
switch command {
case "burst": try await Load.burst(count: Load.number(arguments.popFirst()), spool: nil)
case "spool":
    let count = Load.number(arguments.popFirst())
    try await Load.burst(count: count, spool: arguments.popFirst().map(DiskSpool.init))
case "drain": try await Load.drain(arguments.popFirst().map(DiskSpool.init))
case "content":
    let seconds = Load.number(arguments.popFirst())
    var spool = arguments.popFirst().map(DiskSpool.init)
    if spool != nil { spool?.maximumBytes = Load.number(arguments.popFirst()) << 20 }
    try await ContentLoad.run(seconds: seconds, spool: spool)
case "soak": try await Soak(count: Load.number(arguments.popFirst())).run()
case "ids": try await Soak(count: Load.number(arguments.popFirst()), isEachAlone: true).run()
case "calls": try await ClientSoak.calls(count: Load.number(arguments.popFirst()))
case "streams": try await ClientSoak.streams(count: Load.number(arguments.popFirst()))
case "installs": try await ClientSoak.installs(count: Load.number(arguments.popFirst()))
case "pace":
    let rate = Load.number(arguments.popFirst())
    try await Pace(rate: rate, seconds: Load.number(arguments.popFirst())).run()
case "exit": try Ending.exit()
case "signal": try await Ending.signal()
case "diagnostics": Ending.diagnostics()
default:
    Load.fail("usage: telemetry-load burst | spool | drain | content | soak | ids | calls | streams | installs ...")
}
