/* SPDX-License-Identifier: Apache-2.0
 *
 * The style of the page. No fonts but those of the system; every colour has a value for light and
 * one for dark; text has a contrast of 4.5 to 1 or more, the parts of a bar differ by pattern too.
 * No <, > or & stands here, so that the page is XML as well.
 */
#include <stddef.h>

#include "rows/status_html.h"

const char *const status_style[] = {
    ":root { color-scheme: light dark;",
    "  --paper: #f5f4f0; --card: #ffffff; --ink: #1b2428; --soft: #566167; --line: #dcdfdd;",
    "  --sealed: #1f6f68; --payload: #2f5f96; --overhead: #a9bfd8; --null: #d5dad8;",
    "  --debt: #8a4b00; --debt-ground: #fff3dc; --bare: #a3201a; --bare-ground: #fdeceb;",
    "  --whole: #1d6a4a; --whole-ground: #e6f3ec; --plain-ground: #eef1f4; }",
    "@media (prefers-color-scheme: dark) { :root {",
    "  --paper: #11161a; --card: #1a2126; --ink: #e7ebec; --soft: #9fabb2; --line: #323c42;",
    "  --sealed: #4fb8ab; --payload: #7fb0e8; --overhead: #34495f; --null: #3b464d;",
    "  --debt: #f3b75c; --debt-ground: #30250f; --bare: #ff938b; --bare-ground: #381b1a;",
    "  --whole: #74cfa2; --whole-ground: #162d23; --plain-ground: #232c33; } }",
    "* { box-sizing: border-box; }",
    "html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }",
    "body { margin: 0 auto; max-width: 62rem; padding: 3rem 1.5rem 4rem; background: var(--paper);",
    "  color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto,",
    "  'Helvetica Neue', 'Noto Sans', 'Liberation Sans', sans-serif;",
    "  font-variant-numeric: tabular-nums; overflow-wrap: break-word; }",
    "h1, h2, h3, h4, p, ul, dl, dd { margin: 0; padding: 0; font-weight: inherit; }",
    "h1 { font-size: 2.5rem; line-height: 1.15; font-weight: 650; letter-spacing: -.02em; }",
    "h2 { font-size: 1.5rem; line-height: 1.25; font-weight: 650; letter-spacing: -.01em; }",
    "h3 { font-size: 1.125rem; line-height: 1.3; font-weight: 650; }",
    "h4, caption, thead th { font-size: .8125rem; font-weight: 600; color: var(--soft);",
    "  text-align: left; }",
    "b, strong { font-weight: 650; }",
    "code { font: .875em/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono',",
    "  monospace; }",
    "a { color: inherit; text-decoration-thickness: 1px; text-underline-offset: .2em; }",
    "a:hover { text-decoration-thickness: 2px; }",
    ":focus-visible { outline: 2px solid var(--payload); outline-offset: 3px;",
    "  border-radius: 2px; }",
    ".signs { position: absolute; }",
    ".over { font-size: .8125rem; font-weight: 600; letter-spacing: .08em;",
    "  text-transform: uppercase; color: var(--sealed); margin-bottom: .5rem; }",
    ".about, small { color: var(--soft); font-size: .875rem; font-weight: 400; }",
    ".top { margin-bottom: 2rem; }",
    ".top .about { margin-top: .5rem; }",
    "/* notes */",
    ".note { display: flex; gap: .75rem; padding: .75rem 1rem; margin: .75rem 0;",
    "  border-radius: .5rem; border-left: .25rem solid var(--soft);",
    "  background: var(--plain-ground); font-size: .9375rem; }",
    ".note .sign { margin-top: .3em; }",
    ".note.debt, .note.strange, .note.plain { border-color: var(--debt); background: "
    "var(--debt-ground); }",
    ".note.bare { border-color: var(--bare); background: var(--bare-ground); }",
    ".note.whole { border-color: var(--whole); background: var(--whole-ground); }",
    ".sign { flex: none; width: 1em; height: 1em; fill: var(--soft); }",
    "td .sign { margin-right: .4em; vertical-align: -.1em; }",
    ".sign.debt, .sign.strange, .sign.plain { fill: var(--debt); }",
    ".sign.bare { fill: var(--bare); }",
    ".sign.whole { fill: var(--whole); }",
    "strong.debt, strong.strange, strong.plain, .note.debt strong, .note.strange strong,",
    ".note.plain strong { color: var(--debt); }",
    "strong.bare, .note.bare strong { color: var(--bare); }",
    ".note.whole strong { color: var(--whole); }",
    "/* sums */",
    ".sums { display: grid; gap: 1.25rem 1.5rem; margin: 2rem 0 1.5rem;",
    "  grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); }",
    ".sums div { display: flex; flex-direction: column-reverse; border-top: 1px solid var(--line);",
    "  padding-top: .75rem; }",
    ".sums dd { font-size: 1.5rem; line-height: 1.25; font-weight: 650; letter-spacing: -.01em; }",
    ".sums .debt dd { color: var(--debt); }",
    ".sums .sign { width: .8em; height: .8em; margin-right: .3em; }",
    ".sums dt { color: var(--soft); font-size: .875rem; }",
    "/* tables */",
    "table { width: 100%; border-collapse: collapse; font-size: .9375rem; }",
    "caption { padding-bottom: .25rem; }",
    "th, td { padding: .5rem .75rem .5rem 0; text-align: left; vertical-align: baseline;",
    "  font-weight: 400; border-bottom: 1px solid var(--line); }",
    "th:last-child, td:last-child { padding-right: 0; }",
    "tbody tr:last-child th, tbody tr:last-child td { border-bottom: 0; }",
    ".number { text-align: right; white-space: nowrap; padding-right: 1.25rem; }",
    ".index { margin: 1rem 0 0; }",
    ".index th[scope=row] { font-weight: 600; }",
    ".regions { margin-top: 1.5rem; }",
    ".regions th:nth-child(1) { width: 11rem; }",
    ".regions th:nth-child(4) { width: 14rem; }",
    ".cover .bar { height: .625rem; margin: 0; vertical-align: middle; }",
    "/* cards */",
    ".card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem;",
    "  margin-top: 2rem; padding: 1.75rem 2rem; }",
    ".column { margin-top: 1.75rem; padding-top: 1.75rem; border-top: 1px solid var(--line); }",
    ".pair { display: grid; gap: 1.25rem 2.5rem; margin-top: 1.25rem;",
    "  grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }",
    "th bdi { overflow-wrap: anywhere; }",
    ".bar { display: block; width: 100%; height: 1.125rem; margin: .5rem 0 .625rem;",
    "  border-radius: .25rem; background: var(--plain-ground);",
    "  box-shadow: inset 0 0 0 1px var(--line); overflow: hidden; }",
    ".legend { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; list-style: none;",
    "  font-size: .875rem; align-items: baseline; }",
    ".legend li { display: flex; gap: .5rem; align-items: baseline; }",
    ".legend .none { color: var(--soft); }",
    ".chip { flex: none; width: .75rem; height: .75rem; border-radius: .1875rem;",
    "  transform: translateY(.0625rem); box-shadow: inset 0 0 0 1px var(--line); }",
    "rect.sealed { fill: var(--sealed); }",
    "rect.bare { fill: url(#hatch); }",
    "rect.null { fill: var(--null); }",
    "rect.payload { fill: var(--payload); }",
    "rect.overhead { fill: var(--overhead); }",
    "rect.lacking { fill: url(#dots); }",
    "rect.absent { fill: transparent; }",
    "#hatch .ground { fill: var(--bare-ground); } #hatch .stroke { fill: var(--bare); }",
    "#dots .ground { fill: var(--debt-ground); } #dots .stroke { fill: var(--debt); }",
    ".facts { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; margin-top: 1.25rem;",
    "  font-size: .8125rem; }",
    ".facts li { padding: .125rem .625rem; border-radius: 1rem; background: var(--plain-ground); }",
    "details { margin-top: 1.25rem; font-size: .875rem; }",
    "summary { cursor: pointer; color: var(--soft); font-weight: 600; padding: .25rem 0; }",
    ".keys { list-style: none; }",
    ".keys li { padding: .5rem 0; border-bottom: 1px solid var(--line); }",
    ".keys li:last-child { border-bottom: 0; }",
    ".keys code { display: block; overflow-wrap: anywhere; }",
    ".keys span { color: var(--soft); }",
    ".keys .sign { margin-right: .3em; vertical-align: -.1em; }",
    "footer { margin-top: 2.5rem; color: var(--soft); font-size: .875rem; }",
    "@media (max-width: 40rem) {",
    "  body { padding: 1.75rem 1rem 2.5rem; }",
    "  h1 { font-size: 2rem; }",
    "  .card { padding: 1.25rem 1rem; }",
    "  .sums { grid-template-columns: 1fr 1fr; }",
    "  table { font-size: .8125rem; table-layout: fixed; }",
    "  thead th { font-size: .75rem; }",
    "  th, td, .number { padding-right: .625rem; }",
    "  .index th:nth-child(1) { width: 30%; }",
    "  .index th:nth-child(4) { width: 32%; }",
    "  .regions th:nth-child(1) { width: 36%; }",
    "  .regions th:nth-child(2) { width: 17%; }",
    "  .regions th:nth-child(4) { width: 30%; } }",
    "@media print {",
    "  body { max-width: none; padding: 0; font-size: 10pt; }",
    "  svg, .note, .facts li { print-color-adjust: exact; -webkit-print-color-adjust: exact; }",
    "  .card { break-before: auto; border: 0; padding: 0; }",
    "  .column, .note, tr, .sums { break-inside: avoid; }",
    "  h2, h3, h4, caption { break-after: avoid; }",
    "  details::details-content { display: block; content-visibility: visible; height: auto; } }",
    NULL,
};

const char status_style_signs[] =
    "<svg width=\"0\" height=\"0\" class=\"signs\" aria-hidden=\"true\"><defs>\n"
    "<pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
    "patternTransform=\"rotate(45)\"><rect class=\"ground\" width=\"6\" height=\"6\"/>"
    "<rect class=\"stroke\" width=\"3\" height=\"6\"/></pattern>\n"
    "<pattern id=\"dots\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
    "<rect class=\"ground\" width=\"6\" height=\"6\"/>"
    "<circle class=\"stroke\" cx=\"3\" cy=\"3\" r=\"1.4\"/></pattern>\n"
    "<path id=\"sign-debt\" d=\"M8 1 15.5 15H.5Zm-.9 5 .3 4.8h1.2L8.9 6Zm.9 5.7a.95.95 0 1 0 0 "
    "1.9.95.95 0 0 0 0-1.9Z\" fill-rule=\"evenodd\"/>\n"
    "<path id=\"sign-bare\" d=\"M8 .5 15.5 8 8 15.5.5 8ZM7.1 4l.3 5h1.2l.3-5Zm.9 6a.95.95 0 1 0 0 "
    "1.9A.95.95 0 0 0 8 10Z\" fill-rule=\"evenodd\"/>\n"
    "<path id=\"sign-strange\" d=\"M8 .5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15ZM7.1 4l.3 "
    "5h1.2l.3-5Zm.9 6a.95.95 0 1 0 0 1.9A.95.95 0 0 0 8 10Z\" fill-rule=\"evenodd\"/>\n"
    "<path id=\"sign-plain\" d=\"M8 3C4.5 3 1.8 5.2.5 8 1.8 10.8 4.5 13 8 13s6.2-2.2 7.5-5C14.2 "
    "5.2 "
    "11.5 3 8 3Zm0 1.8a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4Zm0 1.5a1.7 1.7 0 1 0 0 3.4 1.7 1.7 "
    "0 0 0 0-3.4Z\" fill-rule=\"evenodd\"/>\n"
    "<path id=\"sign-sample\" d=\"M1 2h2.5v12H1Zm4.2 0h2.5v12H5.2Zm4.2 4h2.5v8H9.4Zm4.1 "
    "4H15v4h-1.5Z\"/>\n"
    "<path id=\"sign-whole\" d=\"M8 .5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15ZM7 11.3 3.8 8.1 5 "
    "6.9l2 2 4-4.1L12.2 6Z\" fill-rule=\"evenodd\"/>\n"
    "</defs></svg>\n";
