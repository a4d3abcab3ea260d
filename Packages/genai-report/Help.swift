// SPDX-License-Identifier: MIT

/// The text of `--help`.
enum Help {
    static let text = """
        usage: genai-report FILE… [options]

        Shows conversations with models, what they cost and where the time went.

        FILE holds OTLP JSON lines (spans, and log records with messages): what this package's OTLPFileExporter or a
        collector's file exporter writes. Several files are added up; names ending in .gz are decompressed; - is
        standard input. Spans of other SDKs count as well: GenAI conventions of any version, OpenInference, Traceloop.

        What comes out (text, unless -o names a page):
          -o, --output FILE       write there; .html is a page, .json and .txt are what their names say
              --html              the page, as report.html unless -o says otherwise
              --text              tables: calls, tokens and cost by conversation, workflow, user, agent and model
              --json              the same figures for programs; amounts are decimal text, exact to the last digit
              --conversation ID   what was said in one conversation (or trace), as text, JSON or a page

        What goes in:
              --since WHEN        only spans that began since then: 7d, 12h, 30m, 2026-11-29, 2026-11-29T08:30:00Z
              --until WHEN        only spans that began before then
              --by NAME           add up by this as well: tenant, provider, service, or any attribute; may be repeated
              --prices FILE       prices for calls without a recorded cost, before the bundled ones
                                  (default: the file that GENAI_PRICES_FILE names)

        More:
              --title TEXT        the heading of the page
              --rows N            rows of each table of --text (20)
              --max-conversations N, --max-megabytes N
                                  how much a page keeps, the latest first (1000 and 64); sums count everything
              --watch             do it again whenever a file changes; the open page follows
          -h, --help              this text
              --version           the version

        exit: 0 done, 1 a file cannot be read or written, 2 the command line makes no sense, 3 nothing to show

        examples:
          genai-report traces.jsonl -o report.html
          genai-report *.jsonl.gz --text --by tenant --since 7d
          genai-report traces.jsonl --conversation thread-123
          genai-report traces.jsonl --json | jq '.groups.user[0]'
        """
}
