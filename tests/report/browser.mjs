// SPDX-License-Identifier: GPL-2.0-or-later
// The HTML report in a real browser, by hand: no console message, nothing loaded, no serious finding of axe-core in light or dark,
// filter, sort, fold and keyboard. Takes a screenshot of each page in light and dark and a PDF, to be looked at.
//
//   npm install playwright-core axe-core      (anywhere; NODE_PATH or the folder it is run from)
//   node tests/report/browser.mjs FOLDER page.html...     FOLDER: where pictures go
//
// CHROMIUM names the browser (default /usr/bin/chromium).
import fs from "fs";
import path from "path";
import { createRequire } from "module";

const require = createRequire(path.join(process.cwd(), "x.js"));
const { chromium } = require("playwright-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const [folder, ...files] = process.argv.slice(2);
let wrong = 0;

function check(name, what, ok) {
  if (ok) return;
  wrong++;
  console.log(`${name}: ${what}`);
}

async function interact(page, name) {
  const table = page.locator("table[data-tool]").first();
  if (await table.count() === 0) return;
  const rows = table.locator("tbody tr");
  const n = await rows.count();
  const status = page.locator("[role=status]").first();
  check(name, "says how many are shown", (await status.textContent()) === `${n} of ${n} shown`);
  await page.keyboard.press("Tab");
  for (let i = 0; i < 600 && !(await page.evaluate(() => document.activeElement.type === "search")); i++)
    await page.keyboard.press("Tab");
  await page.keyboard.type("no such finding");
  check(name, "filter hides all", (await table.locator("tbody tr:visible").count()) === 0);
  check(name, "filter is announced", (await status.textContent()) === `0 of ${n} shown`);
  await page.locator(".tools input").first().fill("");
  const severity = page.locator(".tools select").first();
  const wanted = await severity.locator("option").nth(1).textContent();
  await severity.selectOption(wanted);
  const shown = await table.locator("tbody tr:visible td:nth-child(2)").allTextContents();
  check(name, "severity filter", shown.length > 0 && shown.every((text) => text === wanted));
  await severity.selectOption("");
  const head = table.locator("thead th").nth(2).locator("button");
  await head.focus();
  await page.keyboard.press("Enter");
  const up = await table.locator("tbody td:nth-child(3)").allTextContents();
  check(name, "sorts by rule", JSON.stringify(up) === JSON.stringify([...up].sort()));
  check(name, "aria-sort", (await table.locator("thead th").nth(2).getAttribute("aria-sort")) === "ascending");
  await page.keyboard.press("Enter");
  const down = await table.locator("tbody td:nth-child(3)").allTextContents();
  check(name, "sorts back", JSON.stringify(down) === JSON.stringify([...up].sort().reverse()));
  const fold = page.locator("details").first();
  await fold.locator("summary").focus();
  await page.keyboard.press("Enter");
  check(name, "fold opens by keyboard", await fold.evaluate((node) => node.open));
  const link = table.locator("tbody a").first();
  const target = await link.getAttribute("href");
  await link.click();
  check(name, "link leads to the finding", (await page.evaluate(() => location.hash)) === target);
}

// A browser takes no picture that is higher than what its renderer can hold (16,384 pixels): a long page is taken in pieces, the first ones.
const MOST_HEIGHT = 12000, MOST_PIECES = 3;

async function photograph(page, to) {
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  if (height <= MOST_HEIGHT) {
    await page.screenshot({ path: to + ".png", fullPage: true, timeout: 120000 });
    return;
  }
  await page.setViewportSize({ width: 1200, height: MOST_HEIGHT });
  for (let i = 0; i < MOST_PIECES && i * MOST_HEIGHT < height; i++) {
    await page.evaluate((y) => window.scrollTo(0, y), i * MOST_HEIGHT);
    await page.screenshot({ path: `${to}-${i + 1}.png`, timeout: 120000 });
  }
  await page.setViewportSize({ width: 1200, height: 900 });
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox", "--headless"] });
async function look(file, name) {
  for (const colorScheme of ["light", "dark"]) {
    const context = await browser.newContext({ colorScheme, viewport: { width: 1200, height: 900 } });
    const page = await context.newPage();
    page.on("console", (message) => check(name, `console: ${message.text()}`, false));
    page.on("pageerror", (error) => check(name, `error: ${error.message}`, false));
    page.on("request", (request) => check(name, `loads ${request.url()}`, /^(file|data):/.test(request.url())));
    await page.goto("file://" + path.resolve(file), { timeout: 120000 });
    await photograph(page, path.join(folder, `${name}-${colorScheme}`));
    if (colorScheme === "light") {
      await page.pdf({ path: path.join(folder, `${name}.pdf`), format: "A4", printBackground: true, preferCSSPageSize: true });
      await interact(page, name);
    }
    await context.close();
    const checked = await browser.newContext({ colorScheme, bypassCSP: true });
    const again = await checked.newPage();
    await again.goto("file://" + path.resolve(file), { timeout: 120000 });
    await again.evaluate(axe);
    const found = await again.evaluate(async () => (await window.axe.run()).violations.map((v) => [v.id, v.impact, v.nodes[0].html]));
    check(name, `axe (${colorScheme}): ${JSON.stringify(found)}`, found.length === 0);
    await checked.close();
  }
}

for (const file of files) {
  const name = path.basename(file, ".html");
  try { // a page that cannot be looked at is wrong, and the others are looked at all the same
    await look(file, name);
  } catch (error) {
    check(name, `broke off: ${error.message.split("\n")[0]}`, false);
  }
}
await browser.close();
console.log(`${files.length} pages, ${wrong} wrong`);
process.exit(wrong ? 1 : 0);
