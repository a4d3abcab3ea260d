// SPDX-License-Identifier: MIT
import Last9GenAI
