// SPDX-License-Identifier: MIT
// Made by Scripts/generate-page from Page/Source; edit that.

// swift-format-ignore-file
/// The parts of the page that are always the same.
enum PageAssets {
    /// Everything before the data: the policy, the style and the frame.
    static let head =
        ####"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-7SzsWP5xmy6bJsbfTtcLMylYfbATjuePMIRHYtSNrG4='; style-src 'sha256-R+pFsEAt+y1WCdFzfnXwxXlHmhrcdY5WbYN2Jjkt9Uo='; img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="referrer" content="no-referrer">
        <meta name="color-scheme" content="light dark">
        <title>GenAI report</title>
        <style>:root {
          --bg: #f7f7f5; --surface: #fff; --raised: #fff; --text: #1c1d20; --muted: #666b74; --faint: #8b9099;
          --line: #e4e4e0; --line-soft: #efefec; --accent: #3f4fd8; --accent-soft: #eceefc; --accent-text: #2f3cb4;
          --user: #eceefc; --tool: #8a5a00; --tool-soft: #fdf5e4; --error: #b3261e; --error-soft: #fdecea; --good: #1a7f4b;
          --mark: #ffe58a; --shadow: 0 1px 2px rgb(20 20 30 / 5%), 0 4px 16px rgb(20 20 30 / 4%);
          --c0: #3f4fd8; --c1: #e0782b; --c2: #149a86; --c3: #c2418f; --c4: #7a9a1f; --c5: #2b9fd8; --c6: #8e5bd6; --c7: #a8adb5;
          --mono: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace;
          --sans: -apple-system, BlinkMacSystemFont, "Segoe UI", Inter, Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", "DejaVu Sans", Arial, sans-serif;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --bg: #111215; --surface: #191b1f; --raised: #202329; --text: #e9eaec; --muted: #9ba1ab; --faint: #787e89;
            --line: #2c2f36; --line-soft: #23262c; --accent: #8c98ff; --accent-soft: #262b4d; --accent-text: #b3bbff;
            --user: #262b4d; --tool: #e3b35c; --tool-soft: #2b2516; --error: #ff8a80; --error-soft: #3a1f1d; --good: #62c993;
            --mark: #6b5a12; --shadow: none;
            --c0: #8c98ff; --c1: #f0a066; --c2: #4cc9b4; --c3: #ea85c0; --c4: #b0cc5e; --c5: #6cc3ef; --c6: #ba93f2; --c7: #6d737d;
          }
        }
        * { box-sizing: border-box; }
        html { scroll-padding-top: 72px; -webkit-text-size-adjust: 100%; }
        body { margin: 0; background: var(--bg); color: var(--text); font: 15px/1.55 var(--sans); font-variant-numeric: tabular-nums; }
        a { color: var(--accent-text); text-decoration: none; }
        a:hover { text-decoration: underline; }
        :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
        main:focus { outline: none; }
        h1 { font-size: 24px; line-height: 1.25; margin: 0; letter-spacing: -.012em; font-weight: 650; }
        h2 { font-size: 16px; line-height: 1.35; margin: 0; font-weight: 620; letter-spacing: -.005em; }
        h3 { font-size: 13px; margin: 0; font-weight: 600; color: var(--muted); }
        p { margin: 0; }
        button, select, input { font: inherit; color: inherit; }
        button { background: var(--surface); border: 1px solid var(--line); border-radius: 8px; padding: 4px 11px; font-size: 13px; cursor: pointer; }
        button:hover { border-color: var(--faint); }
        button.plain { border: 0; background: none; padding: 2px 4px; color: var(--accent-text); }
        button[aria-pressed="true"] { background: var(--accent-soft); border-color: var(--accent); color: var(--accent-text); }
        select, input { background: var(--surface); border: 1px solid var(--line); border-radius: 8px; padding: 5px 9px; font-size: 13px; min-width: 0; max-width: 100%; }
        code, pre, .mono { font-family: var(--mono); font-size: 12.5px; }
        pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
        mark { background: var(--mark); color: inherit; border-radius: 3px; padding: 0 1px; }
        kbd { font: 11px/1 var(--mono); border: 1px solid var(--line); border-radius: 4px; padding: 3px 5px; color: var(--faint); }
        .muted { color: var(--muted); } .small { font-size: 13px; } .right { text-align: right; } .nowrap { white-space: nowrap; }
        .visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
        .skip { position: absolute; left: -999px; } .skip:focus { left: 8px; top: 8px; z-index: 10; background: var(--surface); padding: 8px; }
        .bidi { unicode-bidi: isolate; }

        .top { position: sticky; top: 0; z-index: 5; display: flex; align-items: center; gap: 8px 20px; padding: 10px 24px; background: color-mix(in srgb, var(--bg) 88%, transparent); backdrop-filter: blur(10px); border-bottom: 1px solid var(--line); }
        .brand { display: flex; align-items: center; gap: 9px; font-weight: 650; color: var(--text); min-width: 0; }
        .brand svg { color: var(--accent); flex: none; } .brand span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 26ch; }
        .brand:hover { text-decoration: none; }
        .top nav { display: flex; gap: 2px; }
        .top nav a { padding: 5px 11px; border-radius: 8px; color: var(--muted); font-size: 14px; }
        .top nav a:hover { background: var(--line-soft); text-decoration: none; }
        .top nav a[aria-current] { background: var(--accent-soft); color: var(--accent-text); font-weight: 600; }
        .top-right { margin-left: auto; display: flex; align-items: center; gap: 10px; min-width: 0; }
        .top-right input { width: 220px; }
        .live { display: inline-flex; align-items: center; gap: 7px; font-size: 12.5px; color: var(--muted); white-space: nowrap; }
        .live::before { content: ""; width: 8px; height: 8px; border-radius: 50%; background: var(--faint); }
        .live.on::before { background: var(--good); animation: pulse 2s infinite; }
        @keyframes pulse { 50% { opacity: .35; } }
        @media (prefers-reduced-motion: reduce) { .live.on::before { animation: none; } }

        main { max-width: 1240px; margin: 0 auto; padding: 26px 24px 80px; }
        main.wide { max-width: 1640px; }
        .head { display: flex; flex-wrap: wrap; gap: 10px 20px; align-items: flex-end; justify-content: space-between; margin-bottom: 18px; }
        .head > div:first-child { min-width: 0; flex: 1 1 420px; } .head h1 { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; overflow-wrap: anywhere; }
        .sub { color: var(--muted); font-size: 14px; margin-top: 4px; overflow-wrap: anywhere; }
        .tools { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
        .field { display: inline-flex; align-items: center; gap: 7px; font-size: 13px; color: var(--muted); }
        .card { background: var(--surface); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow); }
        .panel { padding: 18px 20px; }
        .notice { border: 1px solid var(--line); border-left: 3px solid var(--tool); background: var(--tool-soft); border-radius: 10px; padding: 9px 14px; font-size: 13.5px; margin-bottom: 14px; }
        .empty { color: var(--muted); padding: 48px 12px; text-align: center; }

        .stats { display: grid; grid-template-columns: minmax(220px, 1.5fr) repeat(auto-fit, minmax(132px, 1fr)); margin-bottom: 18px; overflow: hidden; }
        .stat { padding: 16px 20px; border-right: 1px solid var(--line-soft); border-bottom: 1px solid var(--line-soft); margin: 0 -1px -1px 0; min-width: 0; }
        .stat dt { font-size: 12.5px; color: var(--muted); } .stat dd { margin: 2px 0 0; font-size: 22px; font-weight: 640; letter-spacing: -.015em; line-height: 1.25; overflow-wrap: anywhere; }
        .stat small { display: block; font-size: 12.5px; color: var(--muted); font-weight: 400; letter-spacing: 0; margin-top: 2px; }
        .stat:first-child dd { font-size: 28px; }
        .money { white-space: nowrap; } .money i { font-style: normal; color: var(--faint); }
        .bad { color: var(--error); }

        .grid { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 18px; }
        .grid > .full { grid-column: 1 / -1; }
        .panel-head { display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: center; justify-content: space-between; margin-bottom: 12px; }
        .panel-head p { width: 100%; font-size: 13px; color: var(--muted); margin-top: -6px; }
        .big { font-size: 26px; font-weight: 640; letter-spacing: -.015em; }
        svg.chart { display: block; width: 100%; height: auto; overflow: visible; }
        .chart text { font: 11px var(--sans); fill: var(--muted); } .chart .axis { stroke: var(--line); stroke-width: 1; } .chart .hit { fill: transparent; } .chart .hit:hover { fill: var(--line-soft); fill-opacity: .6; }
        .k0 { fill: var(--c0); background: var(--c0); } .k1 { fill: var(--c1); background: var(--c1); } .k2 { fill: var(--c2); background: var(--c2); } .k3 { fill: var(--c3); background: var(--c3); }
        .k4 { fill: var(--c4); background: var(--c4); } .k5 { fill: var(--c5); background: var(--c5); } .k6 { fill: var(--c6); background: var(--c6); } .k7 { fill: var(--c7); background: var(--c7); }
        .dot { display: inline-block; width: 9px; height: 9px; border-radius: 3px; margin-right: 8px; flex: none; }
        .tip { position: fixed; z-index: 20; pointer-events: none; background: var(--raised); border: 1px solid var(--line); border-radius: 10px; box-shadow: 0 6px 24px rgb(0 0 0 / 16%); padding: 8px 12px; font-size: 12.5px; max-width: 320px; }
        .tip div { display: flex; justify-content: space-between; gap: 16px; } .tip b { font-weight: 600; }

        table.rows { width: 100%; border-collapse: collapse; font-size: 13.5px; }
        .rows th { text-align: left; font-weight: 500; color: var(--muted); font-size: 12.5px; padding: 6px 10px 6px 0; border-bottom: 1px solid var(--line); }
        .rows td { padding: 7px 10px 7px 0; border-bottom: 1px solid var(--line-soft); vertical-align: top; }
        .rows tbody tr:last-child td { border-bottom: 0; } .rows th.right, .rows td.right { text-align: right; padding: 7px 0 7px 18px; white-space: nowrap; }
        .rows .name { overflow-wrap: anywhere; } .bars .name { max-width: 0; width: 100%; } .rows .name span { overflow-wrap: anywhere; }
        .bar { height: 4px; border-radius: 2px; background: var(--c0); margin-top: 4px; min-width: 2px; opacity: .75; }
        .scroll { overflow-x: auto; }

        .filters { display: flex; flex-wrap: wrap; gap: 8px; padding: 12px 14px; border-bottom: 1px solid var(--line); align-items: center; }
        .filters input[type="search"] { flex: 1 1 190px; } .filters select { flex: 0 1 150px; } .filters .field input { width: 96px; }
        .list { position: relative; } .list-head, .item { display: grid; grid-template-columns: minmax(0, 1fr) 130px 64px 64px 96px 88px 128px 132px; gap: 12px; align-items: center; padding: 0 18px; }
        .list-head { height: 38px; border-bottom: 1px solid var(--line); font-size: 12.5px; color: var(--muted); }
        .list-head button { border: 0; background: none; padding: 2px 0; font-size: 12.5px; color: inherit; text-align: inherit; white-space: nowrap; } .list-head button[aria-sort]:not([aria-sort="none"]) { color: var(--text); font-weight: 600; }
        .list-head .right button { width: 100%; text-align: right; }
        .viewport { position: relative; }
        .item { position: absolute; left: 0; right: 0; height: 58px; border-bottom: 1px solid var(--line-soft); color: inherit; font-size: 13.5px; }
        .item:hover { background: var(--line-soft); text-decoration: none; } .item:focus-visible { outline-offset: -2px; }
        .item .what { min-width: 0; } .item .what b { display: block; font-weight: 550; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 14px; } .item .what span { display: block; color: var(--muted); font-size: 12.5px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
        .clip { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
        .tag { display: inline-block; font-size: 12px; line-height: 18px; border-radius: 6px; padding: 0 7px; background: var(--line-soft); color: var(--muted); max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; vertical-align: bottom; }
        .tag.err { background: var(--error-soft); color: var(--error); } .tag.agent { background: var(--accent-soft); color: var(--accent-text); }

        .facts { display: flex; flex-wrap: wrap; gap: 6px 26px; margin: 0; padding: 14px 20px; } .facts div { min-width: 0; } .facts dt { font-size: 12px; color: var(--muted); } .facts dd { margin: 0; font-size: 14.5px; font-weight: 550; overflow-wrap: anywhere; }
        .talk { display: grid; grid-template-columns: 210px minmax(0, 820px); gap: 32px; margin-top: 22px; justify-content: center; }
        .talk.alone { grid-template-columns: minmax(0, 820px); }
        .rail { position: sticky; top: 76px; align-self: start; max-height: calc(100vh - 100px); overflow: auto; font-size: 13px; }
        .rail ol { list-style: none; margin: 8px 0 0; padding: 0; } .rail a { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 1px 8px; padding: 6px 10px; border-radius: 8px; color: var(--text); } .rail a:hover { background: var(--line-soft); text-decoration: none; } .rail a .bar { grid-column: 1 / -1; }
        .turn { content-visibility: auto; contain-intrinsic-size: auto 420px; padding-bottom: 18px; }
        .turn-head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 12px; font-size: 12.5px; color: var(--muted); border-top: 1px solid var(--line); padding-top: 10px; margin-bottom: 12px; } .turn:first-child .turn-head { border-top: 0; padding-top: 0; }
        .turn-head h2 { font-size: 13.5px; color: var(--text); } .turn-head .end { margin-left: auto; display: flex; gap: 12px; }
        .msg { margin: 10px 0; display: flex; flex-direction: column; align-items: flex-start; }
        .msg .who { font-size: 12px; color: var(--muted); margin: 0 4px 3px; }
        .msg .said { max-width: 100%; white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.6; }
        .msg.user { align-items: flex-end; } .msg.user .said { background: var(--user); border-radius: 16px 16px 4px 16px; padding: 9px 15px; max-width: 88%; }
        .msg.assistant .said { background: var(--surface); border: 1px solid var(--line); border-radius: 16px 16px 16px 4px; padding: 9px 15px; max-width: 94%; box-shadow: var(--shadow); }
        .msg.system .said, .msg.developer .said, .msg.think .said { color: var(--muted); font-size: 13.5px; border-left: 2px solid var(--line); padding-left: 12px; margin-left: 4px; }
        .msg.think .said { font-style: italic; }
        .msg + .msg.follow { margin-top: -4px; }
        .tool { border: 1px solid var(--line); border-radius: 12px; background: var(--surface); margin: 10px 0; overflow: hidden; max-width: 94%; }
        .tool > div { padding: 8px 14px; } .tool .tool-head { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: baseline; background: var(--tool-soft); font-size: 13px; } .tool .tool-head b { font-family: var(--mono); font-size: 12.5px; font-weight: 600; color: var(--tool); overflow-wrap: anywhere; } .tool .tool-head .end { margin-left: auto; }
        .tool .io { border-top: 1px solid var(--line-soft); } .tool .io span { display: block; font-size: 11.5px; color: var(--faint); } .tool pre { max-height: 340px; overflow: auto; }
        .meta { display: flex; flex-wrap: wrap; gap: 2px 10px; font-size: 12px; color: var(--faint); margin: 2px 4px 10px; } .meta .money { color: var(--muted); } .meta a { color: inherit; } .meta a:hover { color: var(--accent-text); }
        .step { margin: 8px 0; font-size: 13px; color: var(--muted); display: flex; flex-wrap: wrap; gap: 2px 10px; align-items: baseline; padding-left: 12px; border-left: 2px solid var(--line); } .step b { color: var(--text); font-weight: 550; }
        .hand { display: flex; align-items: center; gap: 10px; font-size: 12px; color: var(--muted); margin: 14px 0 6px; } .hand::before, .hand::after { content: ""; height: 1px; background: var(--line); flex: 1; }
        .note { font-size: 12.5px; color: var(--muted); margin: 4px; } .note::before { content: "ⓘ "; }
        .failure { background: var(--error-soft); color: var(--error); border-radius: 10px; padding: 8px 14px; margin: 8px 0; font-size: 13.5px; overflow-wrap: anywhere; }
        .more { display: block; margin-top: 6px; }
        .hidden-count { font-size: 12px; color: var(--faint); margin: 4px; }
        .media { max-width: min(100%, 320px); border-radius: 10px; display: block; }

        .trace { display: grid; grid-template-columns: minmax(0, 1fr) minmax(340px, 480px); gap: 18px; align-items: start; }
        .fall { overflow: hidden; } .fall-scroll { overflow: auto; max-height: calc(100vh - 250px); min-height: 160px; position: relative; outline-offset: -2px; }
        .fall-head, .span { display: grid; grid-template-columns: minmax(140px, 42%) minmax(0, 1fr); gap: 10px; padding: 0 14px; align-items: center; }
        .fall-head { height: 32px; border-bottom: 1px solid var(--line); font-size: 12px; color: var(--muted); } .fall-head div:last-child { display: flex; justify-content: space-between; }
        .span { position: absolute; left: 0; right: 0; height: 30px; font-size: 13px; cursor: pointer; border-radius: 0; } .span:hover { background: var(--line-soft); } .span[aria-selected="true"] { background: var(--accent-soft); }
        .span .label { display: flex; align-items: center; gap: 5px; min-width: 0; } .span .label b { font-weight: 500; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .span .twist { width: 15px; flex: none; color: var(--faint); text-align: center; font-size: 10px; }
        .span .lane { position: relative; height: 100%; } .span .time { position: absolute; top: 9px; height: 12px; border-radius: 3px; min-width: 2px; background: var(--c7); } .span .time.model, .span .time.embeddings { background: var(--c0); } .span .time.tool { background: var(--c1); border: 0; margin: 0; max-width: none; } .span .time.agent { background: var(--c2); } .span .time.workflow { background: var(--c6); } .span .time.retrieval { background: var(--c5); } .span .time.failed { background: var(--error); }
        .span .took.inside { color: #fff !important; }
        .span .took { position: absolute; top: 5px; font-size: 11.5px; color: var(--muted); white-space: nowrap; padding: 0 5px; }
        .detail { position: sticky; top: 76px; max-height: calc(100vh - 100px); overflow: auto; } .detail h2 { overflow-wrap: anywhere; } .detail h3 { margin: 16px 0 6px; }
        .kv { display: grid; grid-template-columns: minmax(90px, max-content) minmax(0, 1fr); gap: 4px 14px; font-size: 12.5px; margin: 0; } .kv dt { color: var(--muted); overflow-wrap: anywhere; max-width: 190px; font-family: var(--mono); font-size: 12px; } .kv dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; font-family: var(--mono); font-size: 12px; } .kv dd.long { grid-column: 1 / -1; background: var(--bg); border-radius: 8px; padding: 8px 10px; max-height: 360px; overflow: auto; }
        .event { border-top: 1px solid var(--line-soft); padding: 6px 0; }
        .hit-list { list-style: none; padding: 0; margin: 0; } .hit-list li { border-bottom: 1px solid var(--line-soft); } .hit-list a { display: block; padding: 12px 20px; color: inherit; } .hit-list a:hover { background: var(--line-soft); text-decoration: none; } .hit-list .snippet { color: var(--muted); font-size: 13.5px; overflow-wrap: anywhere; }

        @media (max-width: 1080px) {
          .talk { grid-template-columns: minmax(0, 820px); } .rail { display: none; }
          .trace { grid-template-columns: minmax(0, 1fr); } .detail { position: static; max-height: none; } .fall-scroll { max-height: 46vh; }
          .list-head, .item { grid-template-columns: minmax(0, 1fr) 110px 56px 84px 124px; } .narrow { display: none !important; }
        }
        @media (max-width: 760px) {
          .grid { grid-template-columns: minmax(0, 1fr); } main { padding: 18px 14px 60px; } .top { padding: 8px 14px; flex-wrap: wrap; } .top-right { width: 100%; margin: 0; } .top-right input { flex: 1; } .top kbd { display: none; } .top nav { margin-left: auto; } .brand span { max-width: 15ch; }
          .stats { grid-template-columns: repeat(2, minmax(0, 1fr)); } .stat:first-child { grid-column: 1 / -1; } .stat { padding: 12px 16px; }
          .list-head, .item { grid-template-columns: minmax(0, 1fr) auto; padding: 0 14px; } .slim { display: none !important; }
          .panel { padding: 14px 16px; } .turn-head .end { margin-left: 0; } h1 { font-size: 20px; } .facts { padding: 12px 16px; gap: 6px 20px; }
          .msg.user .said, .msg.assistant .said, .tool { max-width: 100%; } .span, .fall-head { grid-template-columns: 55% minmax(0, 1fr); padding: 0 10px; }
        }
        @media print {
          :root { --bg: #fff; --surface: #fff; --text: #000; --muted: #444; --faint: #666; --line: #ccc; --line-soft: #ddd; --shadow: none; }
          .top, .tools, .filters, .rail, button, .skip, .tip { display: none !important; } main { max-width: none; padding: 0; } body { font-size: 11pt; }
          .turn { content-visibility: visible; break-inside: auto; } .msg, .tool, .item { break-inside: avoid; } .tool pre, .kv dd.long, .fall-scroll, .detail { max-height: none; overflow: visible; } .talk, .trace { display: block; } .card { box-shadow: none; }
        }
        </style>
        </head>
        <body>
        <a class="skip" href="#main">Skip to content</a>
        <header class="top">
        <a class="brand" href="#overview"><svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true"><rect x="1" y="3" width="14" height="10" rx="3" fill="currentColor" opacity=".35"></rect><path d="M10 8h8a3 3 0 0 1 3 3v4a3 3 0 0 1-3 3h-1v3l-4-3h-3a3 3 0 0 1-3-3v-4a3 3 0 0 1 3-3z" fill="currentColor"></path></svg><span id="title">GenAI report</span></a>
        <nav id="nav" aria-label="Views"><a href="#overview">Overview</a><a href="#conversations">Conversations</a></nav>
        <div class="top-right"><span id="live" class="live" hidden></span><input id="search" type="search" placeholder="Search all texts" aria-label="Search all texts" autocomplete="off" spellcheck="false"><kbd aria-hidden="true">/</kbd></div>
        </header>
        <main id="main" tabindex="-1"><p class="empty">This page needs JavaScript, which reads the data in this file. Nothing is loaded from elsewhere.</p></main>
        <div id="tip" class="tip" hidden></div>
        <div id="said" class="visually-hidden" role="status" aria-live="polite"></div>
        """####

    /// The script, which stands behind the data that it reads first.
    static let body =
        ####"""
        <script>(() => {
        "use strict";
        // Everything that was recorded is shown by way of textContent: no text of a report becomes markup or code.

        /** An element with properties, attributes (aria-…, data-…, role, …) and children: nodes, texts or nothing. */
        function h(name, properties, ...children) {
          const element = document.createElement(name);
          for (const [key, value] of Object.entries(properties || {})) {
            if (value === undefined || value === null || value === false) continue;
            if (key === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
            else if (key === "style") Object.assign(element.style, value);
            else if (key in element && !key.includes("-")) element[key] = value;
            else element.setAttribute(key, value === true ? "" : value);
          }
          element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
          return element;
        }

        /** An element of SVG with attributes. */
        function s(name, attributes, ...children) {
          const element = document.createElementNS("http://www.w3.org/2000/svg", name);
          for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
          element.append(...children);
          return element;
        }

        const byID = (id) => document.getElementById(id);
        const index = JSON.parse(byID("index").textContent);
        const main = byID("main");

        /** The data of a conversation (`c0`, …) or trace (`t0`, …); null while the page is still loading. */
        const blocks = new Map();
        function block(id) {
          if (!blocks.has(id)) {
            const element = byID(id);
            if (!element) return null;
            blocks.set(id, JSON.parse(element.textContent));
          }
          return blocks.get(id);
        }

        // Money is a whole number of pico-dollars (BigInt), so that sums are exact.
        const DOLLAR = 1000000000000n;

        /** `$0.0007475`: all digits, at least two decimals. */
        function money(pico) {
          const amount = BigInt(pico);
          const size = amount < 0n ? -amount : amount;
          const decimals = String(size % DOLLAR).padStart(12, "0").replace(/0+$/, "").padEnd(2, "0");
          return (amount < 0n ? "−" : "") + "$" + grouped(size / DOLLAR) + "." + decimals;
        }

        /** An amount with its last digits toned down. */
        function amount(pico, properties) {
          const text = money(pico);
          const point = text.indexOf(".");
          const significant = text.search(/[1-9]/);
          const cut = Math.max(point + 3, significant < 0 ? 0 : significant + 3);
          const tail = text.slice(cut);
          return h("span", { className: "money", ...properties }, text.slice(0, cut), tail && h("i", null, tail));
        }

        // A sum of calls that all lack a price is unknown, not nothing.
        const costOf = (sum) => sum.calls && sum.unpriced === sum.calls ? h("span", { className: "muted" }, "no price") : amount(sum.cost);

        const grouped = (number) => String(number).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
        const compact = (number) => number < 10000 ? grouped(number) : number < 999500 ? (number / 1000).toFixed(number < 99950 ? 1 : 0) + "k" : (number / 1e6).toFixed(number < 99950000 ? 2 : 0) + "M";
        const plural = (count, one, many) => `${grouped(count)} ${count === 1 ? one : many || one + "s"}`;
        const percent = (part, whole) => !(whole > 0) || !part ? "0%" : part * 100 < whole ? "<1%" : Math.round(part * 100 / whole) + "%";

        function took(milliseconds) {
          if (milliseconds < 1) return Math.round(milliseconds * 1000) + " µs";
          if (milliseconds < 1000) return (milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)) + " ms";
          if (milliseconds < 60000) return (milliseconds / 1000).toFixed(milliseconds < 10000 ? 2 : 1) + " s";
          const seconds = Math.round(milliseconds / 1000);
          return seconds < 3600 ? `${Math.floor(seconds / 60)} min ${seconds % 60} s` : `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min`;
        }

        const two = (number) => String(number).padStart(2, "0");
        const dayOf = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
        const clockOf = (date) => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;

        /** A time for people, in their time zone: without the day where that is the day of the report. */
        function when(milliseconds) {
          const date = new Date(milliseconds);
          const day = dayOf(date);
          return day === dayOf(new Date(index.generated)) ? clockOf(date) : `${day} ${clockOf(date).slice(0, 5)}`;
        }

        /** JSON text with line breaks; what is no JSON as it is. Re-arranged as text, so that no number loses digits. */
        function pretty(text) {
          const trimmed = text.trim();
          if (!/^[[{]/.test(trimmed) || trimmed.length > 200000) return text;
          try { JSON.parse(trimmed); } catch { return text; }
          let out = "", depth = 0, quoted = false;
          for (let i = 0; i < trimmed.length; i++) {
            const c = trimmed[i];
            if (quoted) {
              out += c;
              if (c === "\\") out += trimmed[++i];
              else if (c === '"') quoted = false;
            } else if (c === '"') { quoted = true; out += c; }
            else if (c === "{" || c === "[") {
              const close = /^\s*[}\]]/.exec(trimmed.slice(i + 1, i + 40));
              if (close) { out += c + trimmed[i + close[0].length]; i += close[0].length; }
              else out += c + "\n" + "  ".repeat(++depth);
            } else if (c === "}" || c === "]") out += "\n" + "  ".repeat(Math.max(0, --depth)) + c;
            else if (c === ",") out += c + "\n" + "  ".repeat(depth);
            else if (c === ":") out += ": ";
            else if (!/\s/.test(c)) out += c;
          }
          return out;
        }

        /** Text of any length: long ones show their beginning and a button. */
        const FEW = 4000;
        function longText(text, tag = "div", className = "") {
          const element = h(tag, { className: className + " bidi", dir: "auto" });
          if (text.length <= FEW + 2000) { element.textContent = text; return element; }
          element.textContent = text.slice(0, FEW) + "…";
          const button = h("button", { className: "more", on: { click() {
            element.textContent = text;
            button.remove();
          } } }, `Show all ${grouped(text.length)} characters`);
          return h("div", { style: { maxWidth: "100%" } }, element, button);
        }

        /** Says something to screen readers. */
        function say(text) { byID("said").textContent = text; }

        async function copy(text, button) {
          try { await navigator.clipboard.writeText(text); } catch {
            const area = h("textarea", { value: text, className: "visually-hidden" });
            document.body.append(area);
            area.select();
            document.execCommand("copy");
            area.remove();
          }
          const label = button.textContent;
          button.textContent = "Copied";
          say("Copied");
          setTimeout(() => { button.textContent = label; }, 1400);
        }

        const copyButton = (label, text) => h("button", { on: { click(event) { copy(text(), event.currentTarget); } } }, label);

        /** A link to a place in the page. */
        const link = (...parts) => "#" + parts.map(encodeURIComponent).join("/");
        // The calls to models and tools, as columns, and what they add up to.
        const calls = index.calls;
        const callCount = calls.start.length;
        const cost = calls.cost.map((text) => text === null ? null : BigInt(text));
        const dimensions = new Map(calls.dimensions.map((dimension) => [dimension.name, dimension]));
        const OTHER = "(other)", NONE = "(none)";

        /** `gpt-4o-mini` of `openai/gpt-4o-mini-2024-07-18`: the name without provider and date. */
        const family = (model) => model.replace(/^.*\//, "").replace(/[-@](\d{8}|\d{4}-\d\d-\d\d|\d{6}|latest)$/, "");

        /** A function from a call to its group. */
        function grouping(name) {
          if (name === "conversation") return (i) => index.conversations[calls.conversation[i]].id;
          const dimension = dimensions.get(name === "family" ? "model" : name);
          if (!dimension) return () => NONE;
          const values = name === "family" ? dimension.values.map(family) : dimension.values;
          return (i) => dimension.picks[i] < 0 ? NONE : values[dimension.picks[i]];
        }

        class Sum {
          constructor() { this.cost = 0n; this.calls = 0; this.tools = 0; this.in = 0; this.cached = 0; this.out = 0; this.unpriced = 0; this.failed = 0; this.duration = 0; this.conversations = new Set(); this.traces = new Set(); }
          add(i) {
            if (calls.tool[i]) this.tools++;
            else {
              this.calls++;
              if (cost[i] === null) this.unpriced++;
              else this.cost += cost[i];
              this.in += calls.in[i];
              this.cached += calls.cached[i];
              this.out += calls.out[i];
              this.duration += calls.duration[i];
            }
            this.failed += calls.failed[i];
            this.conversations.add(calls.conversation[i]);
            this.traces.add(calls.trace[i]);
          }
          /** What charts show. */
          value(measure) {
            switch (measure) {
              case "cost": return this.cost;
              case "tokens": return BigInt(this.in + this.out);
              case "failed": return BigInt(this.failed);
              default: return BigInt(this.calls);
            }
          }
        }

        /** The calls of a time range, as positions. */
        function callsSince(start) {
          const found = [];
          for (let i = 0; i < callCount; i++) if (calls.start[i] >= start) found.push(i);
          return found;
        }

        /** Sums by group, the most expensive first. */
        function sums(positions, name) {
          const of = grouping(name), found = new Map();
          for (const i of positions) {
            const key = of(i);
            let sum = found.get(key);
            if (!sum) found.set(key, sum = new Sum());
            sum.add(i);
          }
          return [...found].sort((a, b) => a[1].cost === b[1].cost ? b[1].calls - a[1].calls : a[1].cost < b[1].cost ? 1 : -1);
        }

        function sumOf(positions) {
          const sum = new Sum();
          for (const i of positions) sum.add(i);
          return sum;
        }

        const lastCall = calls.start.reduce((a, b) => Math.max(a, b), 0);
        const firstCall = calls.start.reduce((a, b) => Math.min(a, b), Infinity);

        // MARK: - Workflows whose cost spiked

        /** The mean of a run's cost in the later half of its runs against the earlier half, and the step that made the difference. */
        function spikes(positions) {
          const workflow = grouping("workflow"), step = grouping("step"), agent = grouping("agent"), model = grouping("model");
          const runs = new Map();
          for (const i of positions) {
            const name = workflow(i);
            if (name === NONE || calls.tool[i] || cost[i] === null) continue;
            const key = `${calls.trace[i]} ${calls.turn[i]}`;
            if (!runs.has(name)) runs.set(name, new Map());
            const run = runs.get(name).get(key) || { start: Infinity, cost: 0n, steps: new Map() };
            run.start = Math.min(run.start, calls.start[i]);
            run.cost += cost[i];
            const label = [agent(i) === NONE ? "" : agent(i), step(i) || model(i)].filter(Boolean).join(" · ");
            run.steps.set(label, (run.steps.get(label) || 0n) + cost[i]);
            runs.get(name).set(key, run);
          }
          const found = [];
          for (const [name, byKey] of runs) {
            const all = [...byKey.values()].sort((a, b) => a.start - b.start);
            if (all.length < 4) continue;
            const half = Math.floor(all.length / 2);
            const before = all.slice(0, half), after = all.slice(half);
            const mean = (list, pick) => list.reduce((sum, run) => sum + pick(run), 0n) / BigInt(list.length);
            const was = mean(before, (run) => run.cost), is = mean(after, (run) => run.cost);
            if (was <= 0n || is * 2n < was * 3n) continue;
            const labels = new Set(all.flatMap((run) => [...run.steps.keys()]));
            const growth = [...labels].map((label) => {
              const pick = (run) => run.steps.get(label) || 0n;
              return { label, more: mean(after, pick) - mean(before, pick) };
            }).sort((a, b) => a.more < b.more ? 1 : -1);
            found.push({ name, was, is, runs: all.length, since: after[0].start, step: growth[0] });
          }
          return found.sort((a, b) => a.is - a.was < b.is - b.was ? 1 : -1);
        }
        // The overview: sums, a chart, and the questions that everybody asks.
        const MEASURES = { cost: "Cost", calls: "Calls", tokens: "Tokens", failed: "Errors" };
        const RANGES = { all: ["All time", Infinity], "1h": ["Last hour", 3600e3], "24h": ["Last 24 hours", 864e5], "7d": ["Last 7 days", 6048e5], "30d": ["Last 30 days", 2592e6] };

        function overview(query) {
          const range = RANGES[query.get("range")] ? query.get("range") : "all";
          const start = range === "all" ? 0 : index.generated - RANGES[range][1];
          const positions = callsSince(start);
          const rangePicker = picker("Time", Object.entries(RANGES).map(([key, [label]]) => [key, label]), range, (value) => go("overview", query, { range: value === "all" ? null : value }));
          main.replaceChildren(
            h("div", { className: "head" },
              h("div", null, h("h1", null, index.title || "What your models did"), h("p", { className: "sub" }, describeReport())),
              h("div", { className: "tools" }, rangePicker)),
            ...notices(),
            statistics(range === "all" ? index.total : totalsOf(sumOf(positions)), sumOf(positions)),
            callCount ? h("div", { className: "grid" },
              chartPanel(positions, query),
              conversationPanel(positions),
              topPanel("Most expensive users", positions, "user", (name) => link("conversations") + "?user=" + encodeURIComponent(name)),
              topPanel("Spend by model family", range === "all" ? callsSince(lastCall - RANGES["7d"][1]) : positions, "family", (name) => link("conversations") + "?family=" + encodeURIComponent(name)),
              workflowPanel(positions),
              unpricedPanel()) : h("p", { className: "empty" }, index.live ? "Waiting for the first call to a model." : "No calls to models or tools were recorded."));
        }

        function describeReport() {
          const parts = [plural(index.conversations.length, "conversation")];
          if (callCount) parts.push(`${when(firstCall)} – ${when(lastCall)}`);
          return parts.join(" · ");
        }

        function totalsOf(sum) { return { ...sum, cost: String(sum.cost) }; }

        function notices() {
          const found = [];
          const gone = index.forgotten;
          if (gone.traces) found.push(`${plural(gone.traces, "older trace")} (${plural(gone.totals.calls, "call")}, ${money(gone.totals.cost)}) no longer fit on this page. The sums at the top still count them; charts, lists and conversations do not.`);
          if (index.brokenLines) found.push(`${plural(index.brokenLines, "line")} of the files were no OTLP JSON and were skipped.`);
          return found.map((text) => h("p", { className: "notice" }, text));
        }

        function statistics(total, sum) {
          const stat = (label, value, note, isBad) => h("div", { className: "stat" }, h("dt", null, label), h("dd", { className: isBad ? "bad" : "" }, value, note && h("small", null, note)));
          const conversations = sum.conversations.size;
          const mean = conversations ? BigInt(total.cost) / BigInt(conversations) : 0n;
          return h("dl", { className: "card stats", id: "totals", style: { margin: "0 0 18px" } },
            stat("Cost", amount(total.cost, { id: "total-cost" }), conversations && !index.forgotten.traces ? ["≈ ", money(mean - mean % 1000000n), " per conversation"] : "USD, exact"),
            stat("Model calls", grouped(total.calls), plural(total.tools, "tool call")),
            stat("Tokens in", compact(total.in), `${percent(total.cached, total.in)} cached`),
            stat("Tokens out", compact(total.out), null),
            stat("Errors", grouped(total.failed), percent(total.failed, total.calls + total.tools) + " of calls", total.failed > 0),
            stat("Unpriced calls", grouped(total.unpriced), total.unpriced ? "not included in the cost" : "all have a price", total.unpriced > 0));
        }

        function picker(label, options, value, change) {
          const select = h("select", { on: { change() { change(select.value); } } }, options.map(([key, text]) => h("option", { value: key, selected: key === value }, text)));
          return h("label", { className: "field" }, label, select);
        }

        // MARK: - Chart

        function chartPanel(positions, query) {
          const measure = MEASURES[query.get("measure")] ? query.get("measure") : "cost";
          const names = ["model", "user", "workflow", "agent", ...[...dimensions.keys()].filter((name) => !["model", "user", "workflow", "agent", "step"].includes(name)), "step", "conversation"];
          const by = names.includes(query.get("by")) ? query.get("by") : "model";
          const label = (name) => name.replace(/^(custom|metadata)\./, "");
          const groups = sums(positions, by);
          if (measure !== "cost") groups.sort((a, b) => a[1].value(measure) < b[1].value(measure) ? 1 : -1);
          const counted = groups.filter(([, sum]) => sum.calls || sum.value(measure) > 0n);
          const shown = counted.slice(0, 7);
          return h("section", { className: "card panel full", "aria-labelledby": "chart-title" },
            h("div", { className: "panel-head" },
              h("h2", { id: "chart-title" }, `${MEASURES[measure]} over time by ${label(by)}`),
              h("div", { className: "tools" },
                picker("Show", Object.entries(MEASURES), measure, (value) => go("overview", query, { measure: value === "cost" ? null : value })),
                picker("by", names.map((name) => [name, label(name)]), by, (value) => go("overview", query, { by: value === "model" ? null : value })))),
            chart(positions, by, measure, shown.map(([name]) => name)),
            legend(counted, shown));
        }

        const STEPS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400, 172800, 604800, 2592000].map((seconds) => seconds * 1000);

        function chart(positions, by, measure, names) {
          const of = grouping(by), place = new Map(names.map((name, i) => [name, i]));
          const starts = positions.map((i) => calls.start[i]);
          const first = starts.reduce((a, b) => Math.min(a, b), Infinity), last = starts.reduce((a, b) => Math.max(a, b), 0);
          const step = STEPS.find((step) => (last - first) / step <= 40) || STEPS[STEPS.length - 1];
          const origin = Math.floor(first / step) * step;
          const count = Math.max(positions.length ? Math.floor((last - origin) / step) + 1 : 1, 12);
          const bins = Array.from({ length: count }, () => new Map());
          for (const i of positions) {
            const bin = bins[Math.floor((calls.start[i] - origin) / step)], key = place.has(of(i)) ? of(i) : OTHER;
            if (!bin.has(key)) bin.set(key, new Sum());
            bin.get(key).add(i);
          }
          const totals = bins.map((bin) => [...bin.values()].reduce((sum, one) => sum + one.value(measure), 0n));
          const top = totals.reduce((a, b) => b > a ? b : a, 0n);
          const W = Math.max(320, Math.min(1120, main.clientWidth - 88)), H = W < 600 ? 180 : 210, left = 74, bottom = 24, plot = H - bottom, slot = (W - left) / count;
          const scale = (value) => top > 0n ? Number(value * 100000n / top) / 100000 * (plot - 12) : 0;
          const svg = s("svg", { class: "chart", viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": `${MEASURES[measure]} over time, most ${measureText(top, measure)} in ${stepText(step)}` });
          for (const share of [0, 0.5, 1]) {
            const y = plot - share * (plot - 12);
            svg.append(s("line", { class: "axis", x1: left, x2: W, y1: y, y2: y }), s("text", { x: left - 8, y: y + 4, "text-anchor": "end" }, measureText(top * BigInt(share * 2) / 2n, measure, true)));
          }
          const every = Math.ceil(count / (W < 600 ? 4 : 8));
          bins.forEach((bin, i) => {
            const x = left + i * slot, time = origin + i * step;
            if (i % every === 0) svg.append(s("text", { x: x + 2, y: H - 6 }, axisTime(time, step)));
            let y = plot;
            for (const name of [...names, OTHER]) {
              const height = bin.has(name) ? scale(bin.get(name).value(measure)) : 0;
              if (height <= 0) continue;
              y -= height;
              svg.append(s("rect", { class: "k" + (place.has(name) ? place.get(name) : 7), x: x + slot * 0.12, y, width: Math.max(1, Math.min(slot * 0.76, 46)), height: Math.max(0.75, height - 0.75), rx: Math.min(2, height / 2) }));
            }
            const hit = s("rect", { class: "hit", x, y: 0, width: slot, height: plot });
            if (bin.size) tooltip(hit, () => [h("b", null, axisTime(time, step, true)), ...[...names, OTHER].filter((name) => bin.has(name)).map((name) => h("div", null, h("span", { className: "clip bidi" }, h("span", { className: "dot k" + (place.has(name) ? place.get(name) : 7) }), name), h("b", null, measureText(bin.get(name).value(measure), measure))))]);
            svg.prepend(hit);
          });
          return svg;
        }

        function measureText(value, measure, isShort) {
          if (measure !== "cost") return isShort ? compact(Number(value)) : grouped(value);
          if (!isShort) return money(value);
          const dollars = Number(value) / 1e12;
          return dollars === 0 ? "$0" : "$" + (dollars >= 100 ? compact(Math.round(dollars)) : Number(dollars.toPrecision(2)).toFixed(Math.max(2, 1 - Math.floor(Math.log10(dollars)))));
        }
        const stepText = (step) => step < 1000 ? step + " ms" : step < 60000 ? plural(step / 1000, "second") : step < 3600000 ? plural(step / 60000, "minute") : step < 864e5 ? plural(step / 3600000, "hour") : plural(step / 864e5, "day");
        function axisTime(time, step, isLong) {
          const date = new Date(time);
          if (isLong) return step < 1000 ? axisTime(time, step) : `${dayOf(date)} ${step < 864e5 ? clockOf(date) : ""}`;
          if (step < 1000) return `${clockOf(date)}.${String(date.getMilliseconds()).padStart(3, "0")}`;
          return step >= 864e5 ? dayOf(date).slice(5) : step >= 60000 ? clockOf(date).slice(0, 5) : clockOf(date);
        }

        function legend(groups, shown) {
          const place = new Map(shown.map(([name], i) => [name, i]));
          const rest = groups.slice(shown.length);
          const row = (name, sum, place) => h("tr", null,
            h("td", { className: "name" }, h("span", { className: "dot k" + place, "aria-hidden": "true" }), h("span", { className: "bidi" }, name)),
            h("td", { className: "right" }, grouped(sum.calls)), h("td", { className: "right slim" }, compact(sum.in + sum.out)), h("td", { className: "right slim" }, sum.failed ? h("span", { className: "bad" }, grouped(sum.failed)) : "0"), h("td", { className: "right" }, costOf(sum)));
          const table = h("table", { className: "rows", style: { marginTop: "12px" } },
            h("thead", null, h("tr", null, h("th", { scope: "col" }, "Group"), h("th", { className: "right", scope: "col" }, "Calls"), h("th", { className: "right slim", scope: "col" }, "Tokens"), h("th", { className: "right slim", scope: "col" }, "Errors"), h("th", { className: "right", scope: "col" }, "Cost"))),
            h("tbody", null, shown.map(([name, sum]) => row(name, sum, place.get(name))), rest.length ? row(`${plural(rest.length, "other")}`, merged(rest), 7) : null));
          return h("div", { className: "scroll" }, table);
        }

        function merged(groups) {
          const all = new Sum();
          for (const [, sum] of groups) {
            all.cost += sum.cost;
            for (const key of ["calls", "tools", "in", "cached", "out", "unpriced", "failed", "duration"]) all[key] += sum[key];
          }
          return all;
        }

        function tooltip(element, content) {
          const tip = byID("tip");
          element.addEventListener("pointermove", (event) => {
            tip.replaceChildren(...content());
            tip.hidden = false;
            tip.style.left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8) + "px";
            tip.style.top = Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 8) + "px";
          });
          element.addEventListener("pointerleave", () => { tip.hidden = true; });
        }

        // MARK: - Questions

        function panel(title, note, ...content) {
          return h("section", { className: "card panel" }, h("div", { className: "panel-head" }, h("h2", null, title), note && h("p", null, note)), ...content);
        }

        function bars(rows) {
          const top = rows.reduce((a, row) => row.cost > a ? row.cost : a, 1n);
          return h("table", { className: "rows bars" }, h("tbody", null, rows.map((row) => h("tr", null,
            h("td", { className: "name" }, row.href ? h("a", { href: row.href, className: "bidi" }, row.name) : h("span", { className: "bidi" }, row.name), row.note && h("div", { className: "muted small" }, row.note), h("div", { className: "bar", style: { width: Number(row.cost * 1000n / top) / 10 + "%" } })),
            h("td", { className: "right" }, amount(row.cost))))));
        }

        function conversationPanel(positions) {
          const groups = new Map();
          for (const i of positions) {
            const c = calls.conversation[i];
            if (!groups.has(c)) groups.set(c, new Sum());
            groups.get(c).add(i);
          }
          const rows = [...groups].sort((a, b) => a[1].cost < b[1].cost ? 1 : -1);
          const total = rows.reduce((sum, [, one]) => sum + one.cost, 0n);
          return panel("Most expensive conversations",
            rows.length ? ["Average cost per conversation: ", money((total / BigInt(rows.length)) / 1000000n * 1000000n), `, over ${grouped(rows.length)}`] : null,
            bars(rows.slice(0, 6).map(([c, sum]) => {
              const one = index.conversations[c];
              return { name: one.named ? one.id : one.title || one.id, href: link("conversation", one.id), note: [one.users[0], plural(one.turns, "turn"), plural(sum.calls, "call")].filter(Boolean).join(" · "), cost: sum.cost };
            })));
        }

        function topPanel(title, positions, name, href) {
          const week = name === "family" && firstCall < lastCall - RANGES["7d"][1] ? `In the 7 days up to ${when(lastCall)}` : null;
          const groups = sums(positions, name).filter(([key]) => key !== NONE);
          if (!groups.length) return panel(title, null, h("p", { className: "muted small" }, name === "user" ? "No span has a user: set one with withConversation(_:userID:)." : "No call has a model."));
          return panel(title, week, bars(groups.slice(0, 6).map(([key, sum]) => ({ name: key, href: href(key), note: [plural(sum.calls, "call"), `${compact(sum.in + sum.out)} tokens`, name === "user" ? plural(sum.conversations.size, "conversation") : `${percent(sum.cached, sum.in)} cached`].join(" · "), cost: sum.cost }))));
        }

        function workflowPanel(positions) {
          const groups = sums(positions, "workflow").filter(([key]) => key !== NONE);
          const risen = spikes(positions);
          if (!groups.length) return panel("Workflows", null, h("p", { className: "muted small" }, "No span has a workflow: set one with withWorkflow(_:)."));
          return panel("Workflows", risen.length ? null : "No workflow's runs cost 1.5 times as much in their later half as in their earlier half.",
            risen.map((spike) => h("p", { className: "notice" }, h("b", { className: "bidi" }, spike.name), ` costs ${(Number(spike.is) / Number(spike.was)).toFixed(1)} times as much per run since ${when(spike.since)}: `, amount(spike.is), " instead of ", amount(spike.was), ". The step behind it: ", h("b", { className: "bidi" }, spike.step.label), ", ", amount(spike.step.more), " more per run.")),
            bars(groups.slice(0, 6).map(([key, sum]) => ({ name: key, href: link("conversations") + "?workflow=" + encodeURIComponent(key), note: [plural(sum.traces.size, "trace"), plural(sum.calls, "call"), plural(sum.tools, "tool call")].join(" · "), cost: sum.cost }))));
        }

        function unpricedPanel() {
          if (!index.unpriced.length) return null;
          return h("section", { className: "card panel full" }, h("div", { className: "panel-head" }, h("h2", null, "Calls without a price"), h("p", null, "The sums do not include them. Set prices in code or with GENAI_PRICES_FILE.")),
            h("table", { className: "rows" }, h("tbody", null, index.unpriced.map(([reason, model, count]) => h("tr", null, h("td", { className: "name bidi" }, model || "(no model)"), h("td", { className: "muted nowrap" }, reason), h("td", { className: "right" }, grouped(count)))))));
        }
        // The list of conversations: filters, sorting, and rows that exist only while they are in view.
        const COLUMNS = [
          { key: "title", label: "Conversation", sort: (c) => c.title || c.id },
          { key: "user", label: "User", className: "slim", sort: (c) => c.users[0] || "" },
          { key: "turns", label: "Turns", className: "right narrow", sort: (c) => c.turns },
          { key: "calls", label: "Calls", className: "right slim", sort: (c) => c.totals.calls },
          { key: "tokens", label: "Tokens", className: "right slim", sort: (c) => c.totals.in + c.totals.out },
          { key: "duration", label: "Duration", className: "right narrow", sort: (c) => c.end - c.start },
          { key: "cost", label: "Cost", className: "right", sort: (c) => BigInt(c.totals.cost) },
          { key: "last", label: "Last activity", className: "right narrow", sort: (c) => c.end },
        ];
        const ROW = 58;

        const values = (list) => [...new Set(list)].sort((a, b) => a.localeCompare(b));

        function conversationList(query) {
          const found = filtered(query);
          const column = COLUMNS.find((one) => one.key === query.get("sort")) || COLUMNS[7];
          const isRising = query.get("order") === "up";
          found.sort((a, b) => {
            const [x, y] = [column.sort(index.conversations[a]), column.sort(index.conversations[b])];
            const order = typeof x === "string" ? x.localeCompare(y) : x < y ? -1 : x > y ? 1 : 0;
            return isRising ? order : -order;
          });
          const viewport = h("div", { className: "viewport", style: { height: found.length * ROW + "px" } });
          main.replaceChildren(
            h("div", { className: "head" }, h("div", null, h("h1", null, "Conversations"), h("p", { className: "sub", id: "count" }, found.length === index.conversations.length ? plural(found.length, "conversation") : `${grouped(found.length)} of ${plural(index.conversations.length, "conversation")}`, ", ", amount(found.reduce((sum, c) => sum + BigInt(index.conversations[c].totals.cost), 0n))))),
            ...notices(),
            h("section", { className: "card", "aria-label": "Conversations" }, filterBar(query), listHead(column, isRising, query),
              h("div", { className: "list" }, found.length ? viewport : h("p", { className: "empty" }, "No conversation matches the filters."))));
          if (found.length) virtual(viewport, found.length, ROW, (row) => conversationRow(found[row], row));
        }

        function filtered(query) {
          const text = (query.get("text") || "").toLowerCase();
          const above = dollars(query.get("above"));
          const picks = [["user", "users"], ["workflow", "workflows"], ["agent", "agents"], ["model", "models"]].filter(([key]) => query.get(key));
          const found = [];
          index.conversations.forEach((one, i) => {
            if (text && !`${one.title}\n${one.id}\n${one.users.join("\n")}`.toLowerCase().includes(text)) return;
            if (picks.some(([key, list]) => !one[list].includes(query.get(key)))) return;
            if (query.get("family") && !one.models.some((model) => family(model) === query.get("family"))) return;
            if (query.get("errors") && !one.totals.failed) return;
            if (query.get("unpriced") && !one.totals.unpriced) return;
            if (above !== null && BigInt(one.totals.cost) <= above) return;
            found.push(i);
          });
          return found;
        }

        /** Pico-dollars of a decimal text; null for anything else. */
        function dollars(text) {
          const match = /^\$?(\d*)(?:\.(\d*))?$/.exec((text || "").trim());
          return match && (match[1] || match[2]) ? BigInt(match[1] || 0) * DOLLAR + BigInt((match[2] || "").slice(0, 12).padEnd(12, "0")) : null;
        }

        function filterBar(query) {
          const change = (name, value) => go("conversations", query, { [name]: value || null });
          const select = (name, label, list) => list.length < 1 ? null : h("select", { "aria-label": label, id: "filter-" + name, on: { change(event) { change(name, event.target.value); } } },
            h("option", { value: "" }, label), list.map((value) => h("option", { value, selected: query.get(name) === value }, value)));
          let timer;
          const typed = (name) => ({ input(event) { clearTimeout(timer); const value = event.target.value; timer = setTimeout(() => change(name, value), 160); } });
          const all = (list) => values(index.conversations.flatMap((one) => one[list]));
          return h("div", { className: "filters" },
            h("input", { type: "search", id: "filter-text", placeholder: "Filter by words, id or user", "aria-label": "Filter by words, id or user", value: query.get("text") || "", on: typed("text") }),
            select("user", "Any user", all("users").slice(0, 500)), select("workflow", "Any workflow", all("workflows")), select("agent", "Any agent", all("agents")), select("model", "Any model", all("models")),
            h("label", { className: "field" }, "Cost above", h("input", { id: "filter-above", inputMode: "decimal", placeholder: "$0.00", value: query.get("above") || "", on: typed("above") })),
            h("button", { "aria-pressed": query.get("errors") ? "true" : "false", id: "filter-errors", on: { click() { change("errors", query.get("errors") ? "" : "1"); } } }, "Errors only"),
            [...query.keys()].some((key) => !["sort", "order"].includes(key)) && h("button", { className: "plain", on: { click() { location.hash = "conversations"; } } }, "Clear"));
        }

        function listHead(column, isRising, query) {
          return h("div", { className: "list-head" }, COLUMNS.map((one) => h("div", { className: one.className || "" },
            h("button", { id: "sort-" + one.key, "aria-sort": one === column ? (isRising ? "ascending" : "descending") : "none", on: { click() {
              go("conversations", query, { sort: one.key, order: one === column && !isRising ? "up" : null });
            } } }, one.label, one === column ? (isRising ? " ↑" : " ↓") : ""))));
        }

        function conversationRow(c, row) {
          const one = index.conversations[c], totals = one.totals;
          return h("a", { className: "item", href: link("conversation", one.id), style: { top: row * ROW + "px" } },
            h("div", { className: "what" }, h("b", { className: "bidi", dir: "auto" }, one.title || "(no text captured)"),
              h("span", null, totals.failed ? h("span", { className: "tag err", style: { display: "inline-block", marginRight: "6px" } }, plural(totals.failed, "error")) : null, h("span", { className: "bidi", style: { display: "inline" } }, [one.named ? one.id : "trace " + one.id.slice(0, 12), ...one.workflows.slice(0, 3), ...one.models.slice(0, 2)].join(" · ")))),
            h("div", { className: "slim clip bidi muted" }, one.users[0] || "–"),
            h("div", { className: "right narrow" }, grouped(one.turns)), h("div", { className: "right slim" }, grouped(totals.calls)), h("div", { className: "right slim" }, compact(totals.in + totals.out)),
            h("div", { className: "right narrow" }, took(one.end - one.start)),
            h("div", { className: "right" }, costOf(totals)),
            h("div", { className: "right narrow muted small" }, when(one.end)));
        }

        /** Shows those of many rows that are in view. */
        function virtual(viewport, count, height, make, scroller) {
          let from = -1, to = -1;
          const rows = new Map();
          function update() {
            if (!viewport.isConnected) return stop();
            const box = viewport.getBoundingClientRect();
            const [top, bottom] = scroller ? [scroller.getBoundingClientRect().top, scroller.getBoundingClientRect().bottom] : [0, innerHeight];
            const first = printing ? 0 : Math.max(0, Math.floor((top - box.top) / height) - 8);
            const last = printing ? Math.min(count, 3000) : Math.min(count, Math.ceil((bottom - box.top) / height) + 8);
            if (first === from && last === to) return;
            [from, to] = [first, last];
            for (const [i, row] of rows) if (i < first || i >= last) { row.remove(); rows.delete(i); }
            for (let i = first; i < last; i++) if (!rows.has(i)) { rows.set(i, make(i)); }
            const order = [...rows.keys()].sort((a, b) => a - b);
            order.forEach((i) => { if (!rows.get(i).isConnected) viewport.insertBefore(rows.get(i), nextRow(order, i)); });
          }
          const nextRow = (order, i) => { for (const j of order) if (j > i && rows.get(j).isConnected) return rows.get(j); return null; };
          const target = scroller || window;
          function stop() { target.removeEventListener("scroll", update); removeEventListener("resize", update); removeEventListener("report-print", again); }
          function again() { from = -1; update(); }
          target.addEventListener("scroll", update, { passive: true });
          addEventListener("resize", update);
          addEventListener("report-print", again);
          update();
          return { refresh() { for (const row of rows.values()) row.remove(); rows.clear(); from = -1; update(); } };
        }

        let printing = false;
        for (const [event, isOn] of [["beforeprint", true], ["afterprint", false]]) addEventListener(event, () => { printing = isOn; dispatchEvent(new Event("report-print")); });
        // One conversation as a chat.
        const conversationPlace = new Map(index.conversations.map((one, i) => [one.id, i]));
        const tracePlace = new Map(index.traces.map((one, i) => [one.id, i]));

        function conversationPage(id, turnText) {
          const place = conversationPlace.get(id);
          if (place === undefined) return missing(`The conversation ${id} is not on this page.`);
          const one = index.conversations[place], data = block("c" + place);
          if (!data) return loading();
          const talk = h("div");
          const rail = data.turns.length > 1;
          main.replaceChildren(
            h("div", { className: "head" },
              h("div", null, h("h1", { className: "bidi", dir: "auto" }, one.title || (one.named ? one.id : "Trace")), h("p", { className: "sub bidi" }, one.named ? one.id : `trace ${one.id}, which names no conversation`)),
              h("div", { className: "tools" }, neighbours(place), copyButton("Copy as text", () => conversationText(one, data)), copyButton("Copy JSON", () => JSON.stringify({ ...one, ...data }, null, 2)))),
            facts(one, data),
            one.all ? h("p", { className: "notice", style: { marginTop: "14px" } }, `Earlier turns no longer fit on this page: all ${plural(one.all.calls, "call")} of the conversation cost ${money(one.all.cost)}.`) : "",
            h("div", { className: rail ? "talk" : "talk alone" }, rail ? turnRail(one, data) : null, talk));
          inPortions(talk, data.turns, (turn, i) => turnSection(one, turn, i, data.turns), turnText === undefined ? null : Number(turnText));
        }

        function facts(one, data) {
          const fact = (label, value) => value === null || value === undefined || value === "" ? null : h("div", null, h("dt", null, label), h("dd", { className: "bidi" }, value));
          const t = one.totals;
          return h("dl", { className: "card facts" },
            fact("Cost", amount(t.cost, { id: "conversation-cost" })), t.unpriced ? fact("Unpriced", h("span", { className: "bad" }, plural(t.unpriced, "call"))) : null,
            fact("Turns", grouped(data.turns.length)), fact("Calls", grouped(t.calls)), t.tools ? fact("Tools", grouped(t.tools)) : null,
            fact("Tokens", `${grouped(t.in)} in${t.cached ? ` (${percent(t.cached, t.in)} cached)` : ""}, ${grouped(t.out)} out`),
            fact("Took", took(one.end - one.start)), fact("Started", when(one.start)), fact("User", one.users.join(", ")), fact(one.workflows.length > 1 ? "Workflows" : "Workflow", one.workflows.join(", ")),
            fact(one.agents.length > 1 ? "Agents" : "Agent", one.agents.join(", ")), fact(one.models.length > 1 ? "Models" : "Model", one.models.join(", ")), t.failed ? fact("Errors", h("span", { className: "bad" }, grouped(t.failed))) : null);
        }

        function neighbours(place) {
          const other = (step, label, key) => {
            const one = index.conversations[place + step];
            return one ? h("a", { href: link("conversation", one.id), "aria-label": label, title: `${label} (${key})`, className: "field" }, h("button", { tabIndex: -1, "aria-hidden": "true" }, step < 0 ? "‹" : "›")) : null;
          };
          return h("span", { className: "tools" }, other(-1, "Previous conversation", "["), other(1, "Next conversation", "]"));
        }

        function turnRail(one, data) {
          const top = data.turns.reduce((a, turn) => BigInt(turn.totals.cost) > a ? BigInt(turn.totals.cost) : a, 1n);
          return h("nav", { className: "rail", "aria-label": "Turns" }, h("h3", null, "Turns"), h("ol", null, data.turns.map((turn, i) => h("li", null, h("a", { href: link("conversation", one.id, i + 1) },
            h("span", { className: "clip" }, turnName(turn, i)), h("span", { className: "muted" }, measureText(BigInt(turn.totals.cost), "cost", true)),
            h("div", { className: "bar", style: { width: Number(BigInt(turn.totals.cost) * 1000n / top) / 10 + "%" } }))))));
        }

        const turnName = (turn, i) => turn.workflow || (turn.steps[0] && turn.steps[0].agent) || `Turn ${turn.number || i + 1}`;

        /** Adds elements a hundred at a time, as the reader comes to them; up to one of them at once where it is asked for. */
        function inPortions(parent, list, make, wanted) {
          let next = 0;
          const portion = () => { for (const end = Math.min(next + 100, list.length); next < end; next++) parent.append(make(list[next], next)); };
          portion();
          while (wanted && next < wanted) portion();
          if (wanted && parent.children[wanted - 1]) parent.children[wanted - 1].scrollIntoView();
          if (next >= list.length) return;
          const end = h("p", { className: "empty" }, "…");
          parent.after(end);
          const observer = new IntersectionObserver((entries) => {
            if (!entries.some((entry) => entry.isIntersecting)) return;
            portion();
            if (next >= list.length) { observer.disconnect(); end.remove(); }
          }, { rootMargin: "1200px" });
          observer.observe(end);
        }

        function turnSection(one, turn, i, turns) {
          const section = h("section", { className: "turn", id: `turn-${i + 1}`, "aria-label": `Turn ${turn.number || i + 1}` },
            h("div", { className: "turn-head" }, h("h2", null, `Turn ${turn.number || i + 1}`), turn.workflow && h("span", { className: "tag bidi" }, turn.workflow), h("span", null, when(turn.start)), h("span", null, took(turn.end - turn.start)),
              h("span", { className: "end" }, turn.totals.calls ? h("span", null, amount(turn.totals.cost), turns.length > 1 ? [" · so far ", amount(turn.running)] : "") : null, h("a", { href: link("trace", turn.trace) }, "Trace"))));
          for (const error of turn.errors || []) section.append(h("p", { className: "failure bidi" }, error));
          let agent = i > 0 ? lastAgent(turns[i - 1]) : undefined;
          const results = toolResults(turn);
          for (const step of turn.steps) {
            if (step.agent !== agent && (step.agent || agent)) section.append(h("p", { className: "hand" }, step.agent ? `Agent ${step.agent}` : "No agent"));
            agent = step.agent;
            section.append(...stepElements(turn, step, results));
          }
          return section;
        }

        const lastAgent = (turn) => turn.steps.length ? turn.steps[turn.steps.length - 1].agent : undefined;

        /** The ids of the tool calls of which the turn has a span: these show their result themselves. */
        function toolResults(turn) {
          const calls = new Set();
          for (const step of turn.steps) if (step.kind === "tool" && step.result !== undefined) calls.add(step.call || step.tool);
          return calls;
        }

        function stepElements(turn, step, results) {
          if (step.kind === "tool") return [toolCard(turn, step)];
          if (step.kind !== "model") return [plainStep(turn, step)];
          const found = [];
          if (step.repeated && step.input) found.push(h("p", { className: "hidden-count" }, `${plural(step.repeated, "earlier message")} sent again`));
          for (const message of step.input || []) found.push(...messageElements(message, step, results));
          if (step.error) found.push(h("p", { className: "failure bidi", role: "note" }, h("b", null, "Failed: "), step.error));
          for (const message of step.output || []) found.push(...messageElements(message, step, results));
          found.push(callMeta(turn, step));
          for (const note of step.notes || []) found.push(h("p", { className: "note" }, note));
          return found;
        }

        function callMeta(turn, step) {
          const parts = [h("a", { href: link("trace", turn.trace, step.span), title: "Show the span" }, step.model || step.name)];
          if (step.provider) parts.push(step.provider);
          parts.push(took(step.duration));
          if (step.first) parts.push(`first chunk after ${took(step.first)}`);
          if (step.in !== undefined || step.out !== undefined) parts.push(`${grouped(step.in || 0)} in${step.cached ? ` (${grouped(step.cached)} cached)` : ""}, ${grouped(step.out || 0)} out${step.reasoning ? ` (${grouped(step.reasoning)} thinking)` : ""}`);
          if (step.cost !== undefined) parts.push(amount(step.cost, step.computed ? { title: "Computed with the prices of this report, because the span has no cost." } : null));
          else if (step.reason) parts.push(`no price: ${step.reason}`);
          return h("div", { className: "meta bidi" }, parts.map((part) => h("span", null, part)));
        }

        function plainStep(turn, step) {
          const label = step.kind === "embeddings" ? "Embeddings" : step.kind === "retrieval" ? "Retrieval" : step.kind;
          const element = h("div", { className: "step" }, h("b", null, label), h("a", { href: link("trace", turn.trace, step.span), className: "bidi" }, step.model || step.name), h("span", null, took(step.duration)),
            step.in ? h("span", null, plural(step.in, "token")) : null, step.cost !== undefined ? amount(step.cost) : step.reason ? h("span", null, `no price: ${step.reason}`) : null, step.args ? h("span", { className: "bidi" }, `“${step.args.slice(0, 200)}”`) : null, step.error ? h("span", { className: "bad bidi" }, step.error) : null);
          return step.result ? h("div", null, element, h("div", { className: "tool" }, h("div", null, longText(pretty(step.result), "pre")))) : element;
        }

        function toolCard(turn, step) {
          return h("div", { className: "tool" },
            h("div", { className: "tool-head" }, h("b", { className: "bidi" }, step.tool || step.name), h("span", { className: "muted" }, "tool"), step.error ? h("span", { className: "tag err" }, "failed") : null, h("span", { className: "end muted" }, h("a", { href: link("trace", turn.trace, step.span) }, took(step.duration)))),
            step.args !== undefined ? h("div", { className: "io" }, h("span", null, "Arguments"), longText(pretty(step.args), "pre")) : null,
            step.result !== undefined ? h("div", { className: "io" }, h("span", null, "Result"), longText(pretty(step.result), "pre")) : null,
            step.error ? h("div", { className: "io bad bidi" }, step.error) : null,
            (step.notes || []).map((note) => h("p", { className: "note" }, note)));
        }

        const WHO = { user: "User", assistant: "Model", system: "System", developer: "Developer", tool: "Tool" };

        function messageElements(message, step, results) {
          const role = WHO[message.role] ? message.role : "other";
          const who = [message.name || WHO[message.role] || message.role, message.role === "assistant" && message.finish_reason && !["stop", "tool_calls", "tool_call"].includes(message.finish_reason) ? `stopped: ${message.finish_reason}` : null].filter(Boolean).join(" · ");
          if (!message.parts.length) return [h("div", { className: "msg " + role }, h("span", { className: "who" }, who), h("p", { className: "note" }, "The text was not captured."))];
          return message.parts.map((part) => partElement(part, role, who, results)).filter(Boolean);
        }

        function partElement(part, role, who, results) {
          switch (part.type) {
            case "text": return h("div", { className: "msg " + role }, h("span", { className: "who bidi" }, who), longText(part.content, "div", "said"));
            case "reasoning": return h("div", { className: "msg think" }, h("span", { className: "who" }, "Thinking"), longText(part.content, "div", "said"));
            case "tool_call":
              return results.has(part.id) || results.has(part.name) ? null : h("div", { className: "tool" }, h("div", { className: "tool-head" }, h("b", { className: "bidi" }, part.name), h("span", { className: "muted" }, "requested by the model")), part.arguments ? h("div", { className: "io" }, h("span", null, "Arguments"), longText(pretty(part.arguments), "pre")) : null);
            case "tool_call_response":
              return results.size && (results.has(part.id) || !part.id) ? null : h("div", { className: "tool" }, h("div", { className: "tool-head" }, h("b", null, "Result"), part.id ? h("span", { className: "muted mono bidi" }, part.id) : null), h("div", { className: "io" }, longText(pretty(part.response || ""), "pre")));
            case "blob":
              if (part.modality === "image" && /^image\/[a-z0-9.+-]+$/i.test(part.mime_type || "")) return h("div", { className: "msg " + role }, h("span", { className: "who" }, who), h("img", { className: "media", alt: "An image of the conversation", src: `data:${part.mime_type};base64,${part.content}` }));
              return h("div", { className: "step" }, h("b", null, part.modality), `${grouped(Math.floor(part.content.length * 3 / 4))} bytes`, part.mime_type || "");
            case "uri": return h("div", { className: "step" }, h("b", null, part.modality), h("span", { className: "mono bidi" }, part.uri.slice(0, 300)), h("span", null, "not loaded: this page calls nobody"));
            case "file": return h("div", { className: "step" }, h("b", null, part.modality), h("span", { className: "mono bidi" }, part.file_id));
            default: return h("div", { className: "tool" }, h("div", null, longText(pretty(part.json || ""), "pre")));
          }
        }

        // MARK: - As text

        function conversationText(one, data) {
          const lines = [`# ${one.named ? "Conversation" : "Trace"} ${one.id}`, "", `${plural(data.turns.length, "turn")}, ${plural(one.totals.calls, "call")}, ${money(one.totals.cost)}${one.users.length ? `, user ${one.users.join(", ")}` : ""}`];
          data.turns.forEach((turn, i) => {
            lines.push("", `## Turn ${turn.number || i + 1}${turn.workflow ? ` (${turn.workflow})` : ""} · ${money(turn.totals.cost)} · trace ${turn.trace}`);
            for (const error of turn.errors || []) lines.push(`ERROR ${error}`);
            for (const step of turn.steps) lines.push(...stepText_(step));
          });
          return lines.join("\n") + "\n";
        }

        function stepText_(step) {
          const said = (message) => message.parts.map((part) => `**${message.role}**: ${part.content || part.response || part.json || part.uri || (part.name ? `calls ${part.name}(${part.arguments || ""})` : `[${part.type}]`)}`);
          const facts = [step.name, took(step.duration), step.in !== undefined ? `${step.in} + ${step.out || 0} tokens` : null, step.cost !== undefined ? money(step.cost) : step.reason ? `no price: ${step.reason}` : null, step.agent ? `agent ${step.agent}` : null].filter(Boolean).join(", ");
          return [...(step.input || []).flatMap(said), `[${facts}]`, step.error ? `ERROR ${step.error}` : null, step.args !== undefined ? `arguments: ${step.args}` : null, step.result !== undefined ? `result: ${step.result}` : null, ...(step.output || []).flatMap(said), ...(step.notes || []).map((note) => `(${note})`)].filter((line) => line !== null);
        }
        // A trace as a waterfall, with all that its spans hold.
        const SPAN_ROW = 30;

        function tracePage(id, spanID) {
          const place = tracePlace.get(id);
          if (place === undefined) return missing(`The trace ${id} is not on this page.`);
          const one = index.traces[place], data = block("t" + place);
          if (!data) return loading();
          const tree = new SpanTree(data);
          const selected = tree.byID.get(spanID) || tree.roots[0];
          const detail = h("section", { className: "card panel detail", "aria-label": "Span", id: "detail" });
          const fall = waterfall(tree, id, selected, detail, data);
          main.classList.add("wide");
          main.replaceChildren(
            h("div", { className: "head" },
              h("div", null, h("h1", { className: "bidi" }, one.name || "Trace"), h("p", { className: "sub" }, h("span", { className: "mono" }, id), ` · ${[one.service, plural(one.spans, "span"), took(one.duration), when(one.start)].filter(Boolean).join(" · ")} · `, amount(one.totals.cost))),
              h("div", { className: "tools" }, (one.conversations || []).slice(0, 3).map((conversation) => h("a", { href: link("conversation", conversation), className: "tag agent bidi" }, conversation)), conversationPlace.has(id) ? h("a", { href: link("conversation", id), className: "tag agent" }, "as a chat") : null,
                copyButton("Copy as text", () => traceText(one, tree, data)), copyButton("Copy JSON", () => JSON.stringify(traceJSON(one, data), null, 2)))),
            h("div", { className: "trace" }, fall, detail));
          showSpan(detail, selected, data);
          fall.dispatchEvent(new Event("shown"));
        }

        class SpanTree {
          constructor(data) {
            this.byID = new Map(data.spans.map((span) => [span.id, { span, children: [], isOpen: true, depth: 0 }]));
            this.roots = [];
            for (const node of this.byID.values()) {
              const parent = node.span.parent && node.span.parent !== node.span.id ? this.byID.get(node.span.parent) : null;
              if (parent) { node.parent = parent; parent.children.push(node); } else this.roots.push(node);
            }
            // Spans that are their own ancestors, which only broken data has, become roots.
            const reached = new Set();
            const walk = (node) => { const stack = [node]; while (stack.length) { const next = stack.pop(); if (reached.has(next)) continue; reached.add(next); for (const child of next.children) { child.depth = next.depth + 1; stack.push(child); } } };
            this.roots.forEach(walk);
            for (const node of this.byID.values()) if (!reached.has(node)) { node.parent = null; node.depth = 0; this.roots.push(node); walk(node); }
            this.end = data.spans.reduce((end, span) => Math.max(end, span.at + span.for), 1);
            this.begin = data.spans.reduce((begin, span) => Math.min(begin, span.at), 0);
          }
          /** The nodes that are not inside a closed one, top down. */
          visible() {
            const list = [], stack = [...this.roots].reverse(), seen = new Set();
            while (stack.length) {
              const node = stack.pop();
              if (seen.has(node)) continue;
              seen.add(node);
              list.push(node);
              if (node.isOpen) for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]);
            }
            return list;
          }
        }

        function waterfall(tree, id, selected, detail, data) {
          let shown = tree.visible();
          const viewport = h("div", { className: "viewport", style: { height: shown.length * SPAN_ROW + "px" } });
          const scroller = h("div", { className: "fall-scroll", role: "tree", "aria-label": "Spans", tabIndex: 0, id: "fall", on: { keydown: onKey } }, viewport);
          let list;
          function row(i) {
            const node = shown[i], span = node.span, whole = tree.end - tree.begin;
            const left = (span.at - tree.begin) / whole * 100, width = span.for / whole * 100;
            const time = h("div", { className: `time ${span.kind} ${span.error !== undefined ? "failed" : ""}`, style: { left: left + "%", width: `max(2px, ${width}%)` } });
            const isInside = left + width > 78 && left < 22;
            const label = h("span", { className: isInside ? "took inside" : "took", style: isInside ? { right: 100 - left - width + "%" } : left + width > 78 ? { right: 100 - left + "%" } : { left: left + width + "%" } }, took(span.for / 1000));
            return h("div", { className: "span", role: "treeitem", "aria-level": node.depth + 1, "aria-selected": node === selected ? "true" : "false", "aria-expanded": node.children.length ? String(node.isOpen) : null, style: { top: i * SPAN_ROW + "px" }, on: { click() { select(node); } } },
              h("div", { className: "label", style: { paddingLeft: Math.min(node.depth, 24) * 14 + "px" } },
                h("span", { className: "twist", on: { click(event) { if (node.children.length) { event.stopPropagation(); toggle(node); } } } }, node.children.length ? (node.isOpen ? "▾" : "▸") : ""),
                h("b", { className: span.error !== undefined ? "bad bidi" : "bidi" }, span.name || "(no name)"), span.cost !== undefined ? h("span", { className: "muted small nowrap" }, measureText(BigInt(span.cost), "cost", true)) : null),
              h("div", { className: "lane" }, time, label));
          }
          function refresh() { shown = tree.visible(); viewport.style.height = shown.length * SPAN_ROW + "px"; list.refresh(); }
          function toggle(node) { node.isOpen = !node.isOpen; refresh(); }
          function select(node) {
            selected = node;
            history.replaceState(history.state, "", link("trace", id, node.span.id));
            list.refresh();
            showSpan(detail, node, data);
            const top = shown.indexOf(node) * SPAN_ROW;
            if (top < scroller.scrollTop) scroller.scrollTop = top;
            if (top + SPAN_ROW > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = top + SPAN_ROW - scroller.clientHeight;
          }
          function onKey(event) {
            const i = shown.indexOf(selected);
            const moves = { ArrowDown: i + 1, ArrowUp: i - 1, Home: 0, End: shown.length - 1, PageDown: i + 10, PageUp: i - 10 };
            if (event.key in moves) select(shown[Math.max(0, Math.min(shown.length - 1, moves[event.key]))]);
            else if (event.key === "ArrowLeft" && selected.isOpen && selected.children.length) toggle(selected);
            else if (event.key === "ArrowLeft" && selected.parent) select(selected.parent);
            else if (event.key === "ArrowRight" && selected.children.length && !selected.isOpen) toggle(selected);
            else return;
            event.preventDefault();
            say(`${selected.span.name}, ${took(selected.span.for / 1000)}`);
          }
          const card = h("section", { className: "card fall", "aria-label": "Waterfall" }, h("div", { className: "fall-head" }, h("div", null, "Span"), h("div", null, h("span", null, "0"), h("span", null, took((tree.end - tree.begin) / 1000)))), scroller);
          card.addEventListener("shown", () => {
            list = virtual(viewport, Infinity, SPAN_ROW, (i) => i < shown.length ? row(i) : h("div", { hidden: true }), scroller);
            const top = shown.indexOf(selected) * SPAN_ROW;
            if (top > scroller.clientHeight - SPAN_ROW) scroller.scrollTop = top - scroller.clientHeight / 2;
          });
          return card;
        }

        const valueText = (attribute, data) => attribute[2] ? data.texts[attribute[1]] : typeof attribute[1] === "string" ? attribute[1] : JSON.stringify(attribute[1]);

        function attributeList(attributes, data) {
          return h("dl", { className: "kv" }, attributes.map((attribute) => {
            const text = valueText(attribute, data), long = text.length > 90 || text.includes("\n");
            const value = longText(pretty(text), "dd", long ? "long" : "");
            return [h("dt", { className: "bidi" }, attribute[0]), value.tagName === "DD" ? value : h("dd", { className: "long" }, ...value.childNodes)];
          }));
        }

        function showSpan(detail, node, data) {
          if (!node) return detail.replaceChildren(h("p", { className: "empty" }, "The trace has no spans."));
          const span = node.span;
          const facts = [took(span.for / 1000), `starts at +${took(span.at / 1000)}`, span.role, span.scope].filter(Boolean).join(" · ");
          const happened = [...(span.events || []), ...(span.logs || [])].sort((a, b) => a.at - b.at);
          detail.replaceChildren(
            h("h2", { className: "bidi" }, span.name || "(no name)"), h("p", { className: "muted small bidi" }, facts, span.cost !== undefined ? [" · ", amount(span.cost)] : ""),
            span.error !== undefined ? h("p", { className: "failure bidi" }, span.error || "failed") : "",
            h("div", { className: "tools", style: { margin: "10px 0 4px" } }, copyButton("Copy JSON", () => JSON.stringify(spanJSON(span, data), null, 2)), copyButton("Copy as text", () => spanText(node, data, 0).join("\n"))),
            h("h3", null, plural(span.attributes.length, "attribute"), span.dropped ? `, ${plural(span.dropped, "more was", "more were")} dropped because of the limit` : ""), attributeList(span.attributes, data),
            happened.length ? h("h3", null, plural(happened.length, "event")) : "", ...happened.map((event) => h("div", { className: "event" }, h("p", { className: "small bidi" }, h("b", null, event.name || "(log record)"), h("span", { className: "muted" }, ` +${took((event.at - span.at) / 1000)}`)), attributeList(event.attributes, data))),
            span.links ? h("h3", null, plural(span.links.length, "link")) : "", ...(span.links || []).map((target) => h("p", { className: "mono" }, tracePlace.has(target.split("/")[0]) ? h("a", { href: "#trace/" + target }, target) : target)),
            h("h3", null, "Identity"), attributeList([["span", span.id], ["parent", span.parent || "none"], ...(data.resource || [])], data));
        }

        // MARK: - As text and JSON

        const plainAttributes = (attributes, data) => Object.fromEntries(attributes.map((attribute) => [attribute[0], attribute[2] ? data.texts[attribute[1]] : attribute[1]]));

        function spanJSON(span, data) {
          const happened = (list) => list && list.map((event) => ({ ...event, attributes: plainAttributes(event.attributes, data) }));
          return { ...span, cost: span.cost === undefined ? undefined : money(span.cost), attributes: plainAttributes(span.attributes, data), events: happened(span.events), logs: happened(span.logs) };
        }

        const traceJSON = (one, data) => ({ traceId: one.id, startUnixNano: data.start, resource: plainAttributes(data.resource || [], data), spans: data.spans.map((span) => spanJSON(span, data)) });

        function spanText(node, data, depth) {
          const span = node.span, indent = "  ".repeat(depth);
          const clip = (text) => text.length > 2000 ? text.slice(0, 2000) + `… (${text.length} characters)` : text;
          return [`${indent}- ${span.name} (${took(span.for / 1000)} at +${took(span.at / 1000)}${span.cost !== undefined ? `, ${money(span.cost)}` : ""})${span.error !== undefined ? ` ERROR ${span.error}` : ""}`,
            ...span.attributes.map((attribute) => `${indent}    ${attribute[0]} = ${clip(valueText(attribute, data))}`),
            ...[...(span.events || []), ...(span.logs || [])].map((event) => `${indent}    * ${event.name} ${event.attributes.map((attribute) => `${attribute[0]}=${clip(valueText(attribute, data))}`).join(" ")}`)];
        }

        function traceText(one, tree, data) {
          const all = new Set();
          const lines = [`# Trace ${one.id}`, `${[one.service, plural(one.spans, "span"), took(one.duration), money(one.totals.cost)].filter(Boolean).join(", ")}`, ""];
          const stack = [...tree.roots].reverse();
          while (stack.length) {
            const node = stack.pop();
            if (all.has(node)) continue;
            all.add(node);
            lines.push(...spanText(node, data, node.depth));
            for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]);
          }
          return lines.join("\n") + "\n";
        }
        // Search, links, keys, and keeping up with a program that still runs.

        // MARK: - Search

        let haystacks = null;

        /** A text as it stands in the data, so that it can be found without reading that. */
        const escapedText = (text) => JSON.stringify(text).slice(1, -1).replace(/[<>&\u2028\u2029]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));

        function searchPage(text) {
          if (document.readyState === "loading") return loading();
          byID("search").value = text;
          haystacks = haystacks || index.conversations.map((one, i) => (byID("c" + i)?.textContent || "").toLowerCase());
          const needle = escapedText(text).toLowerCase(), plain = text.toLowerCase();
          const found = [];
          index.conversations.forEach((one, i) => {
            if (needle && (haystacks[i].includes(needle) || `${one.id}\n${one.users.join("\n")}`.toLowerCase().includes(plain))) found.push(i);
          });
          main.replaceChildren(
            h("div", { className: "head" }, h("div", null, h("h1", null, "Search"), h("p", { className: "sub" }, text ? [`${plural(found.length, "conversation")} with `, h("b", { className: "bidi" }, text)] : "Type words to search for."))),
            found.length ? h("ul", { className: "card hit-list" }, found.slice(0, 100).map((i) => hit(i, plain))) : h("p", { className: "empty" }, text ? "Nothing was found in messages, tools and names of conversations." : ""));
          say(plural(found.length, "result"));
        }

        function hit(place, plain) {
          const one = index.conversations[place];
          let turn = 0, snippet = null;
          const look = (text, i) => {
            if (snippet || !text) return;
            const at = text.toLowerCase().indexOf(plain);
            if (at < 0) return;
            turn = i + 1;
            snippet = [at > 60 ? "…" : "", text.slice(Math.max(0, at - 60), at), h("mark", null, text.slice(at, at + plain.length)), text.slice(at + plain.length, at + plain.length + 160)];
          };
          block("c" + place).turns.forEach((one, i) => one.steps.forEach((step) => {
            for (const message of [...(step.input || []), ...(step.output || [])]) for (const part of message.parts) look(part.content || part.response || part.arguments, i);
            for (const text of [step.args, step.result, step.error, step.name]) look(text, i);
          }));
          return h("li", null, h("a", { href: turn > 1 ? link("conversation", one.id, turn) : link("conversation", one.id) }, h("b", { className: "bidi" }, one.title || one.id), h("span", { className: "muted small" }, ` · ${one.users[0] || one.id.slice(0, 40)} · `, when(one.end)), h("div", { className: "snippet bidi", dir: "auto" }, snippet || one.id)));
        }

        // MARK: - Links

        const missing = (text) => main.replaceChildren(h("p", { className: "empty" }, text, h("br"), h("a", { href: "#conversations" }, "All conversations")));
        const loading = () => main.replaceChildren(h("p", { className: "empty" }, "Loading…"));

        /** Goes to a view with some of its settings changed. */
        function go(view, query, changes) {
          const next = new URLSearchParams(query);
          for (const [key, value] of Object.entries(changes)) if (value === null) next.delete(key); else next.set(key, value);
          const text = next.toString();
          const hash = "#" + view + (text ? "?" + text : "");
          history.replaceState({ ...history.state }, "", hash);
          show({ keepsPlace: true });
        }

        function show({ keepsPlace } = {}) {
          const focused = document.activeElement && document.activeElement.id;
          const selection = focused && document.activeElement.selectionStart;
          const [path, queryText] = location.hash.slice(1).split("?");
          const [view, ...parts] = (path || "overview").split("/").map((part) => { try { return decodeURIComponent(part); } catch { return part; } });
          const query = new URLSearchParams(queryText || "");
          main.classList.remove("wide");
          byID("tip").hidden = true;
          const views = { overview: () => overview(query), conversations: () => conversationList(query), conversation: () => conversationPage(parts[0], parts[1]), trace: () => tracePage(parts[0], parts[1]), search: () => searchPage(parts[0] || "") };
          if (view === "main") return;
          (views[view] || views.overview)();
          for (const a of document.querySelectorAll("#nav a")) {
            const isCurrent = a.getAttribute("href") === (["conversation", "trace", "search"].includes(view) ? "#conversations" : "#" + (views[view] ? view : "overview"));
            if (isCurrent) a.setAttribute("aria-current", "page"); else a.removeAttribute("aria-current");
          }
          const heading = main.querySelector("h1");
          document.title = [heading && view !== "overview" ? heading.textContent : null, name].filter(Boolean).join(" · ");
          if (focused && byID(focused) && document.activeElement.id !== focused) {
            byID(focused).focus({ preventScroll: true });
            if (typeof selection === "number" && byID(focused).setSelectionRange) try { byID(focused).setSelectionRange(selection, selection); } catch { /* not a text */ }
          }
          if (!keepsPlace && !(view === "conversation" && parts[1])) scrollTo(0, (history.state && history.state.y) || 0);
        }

        const name = index.title || [...new Set(index.traces.map((one) => one.service).filter(Boolean))].slice(0, 3).join(", ") || "GenAI report";
        byID("title").textContent = name;
        history.scrollRestoration = "manual";
        let scrollTimer;
        addEventListener("scroll", () => { clearTimeout(scrollTimer); scrollTimer = setTimeout(keepPlace, 120); }, { passive: true });
        const keepPlace = (more) => history.replaceState({ ...history.state, y: scrollY, ...(more && more.live ? more : {}) }, "");
        addEventListener("popstate", () => show());
        document.addEventListener("click", (event) => {
          const a = event.target.closest && event.target.closest('a[href^="#"]');
          if (!a || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
          event.preventDefault();
          if (a.getAttribute("href") === "#main") return main.focus();
          keepPlace();
          history.pushState({}, "", a.getAttribute("href"));
          show();
          if (document.activeElement === document.body || document.activeElement === a) main.focus({ preventScroll: true });
        });

        // The chart is drawn for the width there is.
        let width = main.clientWidth;
        addEventListener("resize", () => {
          const isOverview = !location.hash || location.hash.startsWith("#overview");
          if (!isOverview || Math.abs(main.clientWidth - width) < 40) return;
          width = main.clientWidth;
          show({ keepsPlace: true });
        });

        // MARK: - Keys

        const search = byID("search");
        let searchTimer;
        search.addEventListener("input", () => {
          clearTimeout(searchTimer);
          searchTimer = setTimeout(() => {
            const hash = search.value ? link("search", search.value) : "#conversations";
            if (location.hash.startsWith("#search")) history.replaceState(history.state, "", hash); else history.pushState({}, "", hash);
            show({ keepsPlace: true });
          }, 200);
        });

        addEventListener("keydown", (event) => {
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          if (event.key === "Escape" && document.activeElement === search) { search.value = ""; search.blur(); return; }
          if (/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) return;
          const jump = (label) => { const a = main.querySelector(`a[aria-label="${label}"]`); if (a) a.click(); };
          if (event.key === "/") { event.preventDefault(); search.focus(); search.select(); }
          else if (event.key === "o") location.hash = "overview";
          else if (event.key === "c") location.hash = "conversations";
          else if (event.key === "[") jump("Previous conversation");
          else if (event.key === "]") jump("Next conversation");
        });

        // MARK: - Following a program that still runs

        /** A page from the disk cannot look whether the file has changed, so it reloads; nobody notices, since all is kept. */
        function follow() {
          const live = byID("live");
          live.hidden = false;
          if (!index.live) {
            live.textContent = `Written ${when(index.generated)}`;
            return;
          }
          const known = (history.state && history.state.live) || {};
          const isNew = known.revision !== index.revision || known.generated !== index.generated;
          const loadTime = performance.now();
          const delay = Math.min(15000, Math.max(isNew ? 1200 : Math.min((known.delay || 1200) * 1.5, 6000), loadTime * 12));
          let isPaused = Boolean(known.isPaused), lastTouch = 0;
          const button = h("button", { className: "plain", id: "pause", on: { click() { isPaused = !isPaused; label(); keepPlace({ live: { ...known, isPaused } }); } } });
          function label() {
            live.className = isPaused ? "live" : "live on";
            live.replaceChildren(isPaused ? "Paused" : "Live", h("span", { className: "slim" }, `· ${when(index.generated)}`), button);
            button.textContent = isPaused ? "Resume" : "Pause";
          }
          label();
          for (const event of ["pointerdown", "keydown", "wheel", "touchmove"]) addEventListener(event, () => { lastTouch = performance.now(); }, { passive: true });
          const isBusy = () => document.hidden || isPaused || performance.now() - lastTouch < 1500 || String(getSelection()) || /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
          const isAtEnd = innerHeight + scrollY > document.documentElement.scrollHeight - 60 && scrollY > 0;
          setInterval(() => {
            if (performance.now() < delay + loadTime || isBusy()) return;
            const fall = byID("fall"), detail = byID("detail");
            keepPlace({ live: { revision: index.revision, generated: index.generated, delay, isPaused, isAtEnd: isAtEnd || innerHeight + scrollY > document.documentElement.scrollHeight - 60 && scrollY > 0, fall: fall && fall.scrollTop, detail: detail && detail.scrollTop, focus: document.activeElement && document.activeElement.id } });
            location.reload();
          }, 250);
        }

        /** Puts everything back where it was before the page reloaded itself. */
        function restore() {
          const live = history.state && history.state.live;
          if (!live) return;
          if (live.isAtEnd && location.hash.startsWith("#conversation/")) scrollTo(0, document.documentElement.scrollHeight);
          for (const id of ["fall", "detail"]) if (live[id] && byID(id)) byID(id).scrollTop = live[id];
          if (live.focus && byID(live.focus)) byID(live.focus).focus({ preventScroll: true });
        }

        show();
        if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => { if (/^#(conversation\/|trace|search)/.test(location.hash)) show(); restore(); follow(); });
        else { restore(); follow(); }
        })();
        </script>
        """####

    /// The end.
    static let tail = "</body>\n</html>\n"
}
