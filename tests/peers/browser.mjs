// SPDX-License-Identifier: Apache-2.0
// usage: node browser.mjs MODULES CHROMIUM PAGE FOLDER
//
// Opens the file PAGE in light and dark, wide and narrow, and prints one JSON object: for each what
// it asked for, what it complained of, how it came out, and what axe-core finds. Screenshots go to
// FOLDER. MODULES holds playwright-core and axe-core.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, chromium, file, folder] = process.argv.slice(2);
const require = createRequire(pathToFileURL(`${modules}/package.json`));
const { chromium: browsers } = require("playwright-core");
const axe = require("axe-core").source;
const url = pathToFileURL(file).href;

// Runs in the page.
function look() {
  const bars = [...document.querySelectorAll("svg.bar rect")];
  const body = getComputedStyle(document.body);
  return {
    background: body.backgroundColor,
    color: body.color,
    thinnest: Math.min(...bars.map((bar) => bar.getBoundingClientRect().width)),
    flat: bars.filter((bar) => bar.getBoundingClientRect().height < 4).length,
    overflow: document.documentElement.scrollWidth - innerWidth,
    scripts: document.scripts.length,
  };
}

const serious = (violation) => ["serious", "critical"].includes(violation.impact);

async function visit(browser, colorScheme, width) {
  const context = await browser.newContext({
    colorScheme, viewport: { width, height: 900 }, offline: true,
  });
  const page = await context.newPage();
  const told = { colorScheme, width, requests: [], complaints: [] };
  page.on("request", (request) => told.requests.push(request.url()));
  page.on("console", (message) => told.complaints.push(message.text()));
  page.on("pageerror", (error) => told.complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    told.complaints.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  await page.goto(url, { waitUntil: "load" });
  Object.assign(told, await page.evaluate(look));
  await page.screenshot({ path: `${folder}/${colorScheme}-${width}.png`, fullPage: true });
  told.requests = told.requests.filter((asked) => asked !== url);
  await page.evaluate(axe);
  const found = await page.evaluate(() => axe.run(document));
  told.violations = found.violations.filter(serious).map((violation) =>
    `${violation.id}: ${violation.nodes.map((node) => node.html).join(" ")}`);
  told.passes = found.passes.length;
  await context.close();
  return told;
}

const browser = await browsers.launch({
  executablePath: chromium,
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const visits = [];
for (const scheme of ["light", "dark"]) {
  for (const width of [1100, 390]) {
    visits.push(await visit(browser, scheme, width));
  }
}
await browser.close();
console.log(JSON.stringify({ url, visits }));
