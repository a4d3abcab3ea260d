// SPDX-License-Identifier: MIT
import Foundation
import GenAIReport

exit(Command(CommandLine.arguments.dropFirst()).run())
