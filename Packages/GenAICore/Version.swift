// SPDX-License-Identifier: MIT

/// The version of this package, as `telemetry.sdk.version` and the exporters' user agent tell it.
package let packageVersion = "0.1.0"
