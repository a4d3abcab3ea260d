// SPDX-License-Identifier: MIT

/// The version of this package, as in `telemetry.sdk.version` and the exporters' user agent.
package let packageVersion = "0.2.0"
