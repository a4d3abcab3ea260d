// SPDX-License-Identifier: MIT
enum PageAssets {
    static let head = "<html>"
    static let body = ""
    static let tail = ""
}
