// SPDX-License-Identifier: MIT

/// The text of `--help`.
enum Help {
    static let text = """
        usage: genai-report FILE… [options]

        Shows conversations with models, their cost and where the time went.

        FILE holds OTLP JSON lines (spans, and log records with messages), as this package's OTLPFileExporter or a
        collector's file exporter writes them. Several files are combined; names ending in .gz are decompressed; - is
        standard input; a directory, such as that of a DiskSpool, stands for all files in it. A repeated span counts
        once. Spans of other SDKs are read too: GenAI conventions of any version, OpenInference, Traceloop.

        Output (text, unless -o names a page):
          -o, --output FILE       write to FILE; the suffix .html, .json or .txt selects the format
              --html              a page; its file is report.html unless -o names one
              --text              tables: calls, tokens and cost by conversation, workflow, user, agent and model
              --json              the same figures as JSON; amounts are decimal text, exact to the last digit
              --conversation ID   the messages of one conversation (or trace), as text, JSON or a page

        Input:
              --since WHEN        only spans that began since then: 7d, 12h, 30m, 2026-11-29, 2026-11-29T08:30:00Z
              --until WHEN        only spans that began before then
              --by NAME           group by this as well: tenant, provider, service, or any attribute; may be repeated
              --prices FILE       prices for calls without a recorded cost, with precedence over the bundled ones
                                  (default: the file that GENAI_PRICES_FILE names)

        More:
              --title TEXT        the heading of the page
              --rows N            rows of each table of --text (20)
              --max-conversations N, --max-megabytes N
                                  limits of a page, which keeps the latest (1000 and 64); sums include everything
              --watch             repeat whenever a file changes; the open page is updated
          -h, --help              this text
              --version           the version

        exit: 0 done, 1 a file cannot be read or written, 2 the command line is invalid, 3 nothing to show

        examples:
          genai-report traces.jsonl -o report.html
          genai-report *.jsonl.gz --text --by tenant --since 7d
          genai-report traces.jsonl --conversation thread-123
          genai-report traces.jsonl --json | jq '.groups.user[0]'
        """
}
