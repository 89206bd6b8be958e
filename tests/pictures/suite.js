// What a reader's browser makes of a report: each check by its name, a fresh page for each.
//
//   node suite.js REPORT.html DIRECTORY
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import assert from "node:assert/strict";

const [report, pictures] = process.argv.slice(2);
const address = `file://${report}`;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");
// A picture with words and charts on it is far above this; a blank one is below.
const LEAST_BYTES = 20_000;
// A page above this cannot be sent by mail to everybody.
const MOST_BYTES = 2_000_000;
// Milliseconds for a step, on a machine that has other work.
const MOST_WAITING = 180_000;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});

// A page with what is asked of it; what it says and what it asks for is kept.
const open = async (options = {}) => {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    permissions: ["clipboard-read", "clipboard-write"],
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(MOST_WAITING);
  const said = [];
  const asked = [];
  page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => said.push(`error: ${error.message}`));
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(address);
  return { page, said, asked, close: () => context.close() };
};

const second = (page) => page.locator("details.grid").nth(1);
const openAll = (page) =>
  page.evaluate(() => { for (const one of document.querySelectorAll("details")) one.open = true; });
const clean = (text) => text.replace(/\s+/g, " ").trim();

const checks = {
  "nothing is asked for but the page, and the console says nothing": async () => {
    const { page, said, asked, close } = await open();
    await openAll(page);
    await page.locator(".sort").first().click();
    await page.waitForTimeout(200);
    assert.deepEqual(asked.filter((url) => !url.startsWith("data:")), [address]);
    assert.deepEqual(said, []);
    assert.ok(statSync(report).size < MOST_BYTES, `${statSync(report).size} bytes`);
    await close();
  },

  "a foreign script does not run": async () => {
    const { page, close } = await open();
    const ran = await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "window.ran = true";
      document.body.append(script);
      return window.ran === true;
    });
    assert.equal(ran, false);
    await close();
  },

  "the first tab stop leads past the head of the page": async () => {
    const { page, close } = await open();
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "content");
    await close();
  },

  "every contents entry and every answer leads to a heading": async () => {
    const { page, close } = await open();
    const lost = await page.evaluate(() =>
      [...document.querySelectorAll("nav a, .tiles a")]
        .map((link) => link.getAttribute("href").slice(1))
        .filter((id) => !document.getElementById(id)?.querySelector("h2")));
    assert.deepEqual(lost, []);
    assert.equal(await page.locator(".tiles li").count(), 5);
    await close();
  },

  "a chart is one tab stop, arrow keys move between its points, Escape closes": async () => {
    const { page, close } = await open();
    const charts = page.locator(".chart.wide svg", { has: page.locator(".target") });
    assert.ok(await charts.count() > 0, "no chart has points");
    const chart = charts.first();
    assert.equal(await chart.locator('.target[tabindex="0"]').count(), 1);
    const target = chart.locator(".target").first();
    await target.focus();
    const readout = page.locator(".readout");
    const text = await target.getAttribute("data-readout");
    assert.equal(await readout.textContent(), text);
    await page.keyboard.press("ArrowRight");
    const second = await chart.locator(".target").nth(1).getAttribute("data-readout");
    assert.equal(await readout.textContent(), second);
    assert.equal(await chart.locator('.target[tabindex="0"]').count(), 1);
    await page.keyboard.press("End");
    const last = await chart.locator(".target").last().getAttribute("data-readout");
    assert.equal(await readout.textContent(), last);
    await page.keyboard.press("Escape");
    assert.equal(await readout.isVisible(), false);
    await page.keyboard.press("Tab");
    const left = await chart.evaluate((svg) => svg.contains(document.activeElement));
    assert.equal(left, false);
    await close();
  },

  "hovering reads out what the table says": async () => {
    const { page, close } = await open();
    const section = page.locator("#response article").first();
    const chart = section.locator(".chart.wide svg").first();
    const table = section.locator("details.grid").first();
    await table.evaluate((one) => { one.open = true; });
    // Shares by route and infusion, as the table has them: "Intravenous 3" to "48".
    const shares = await table.evaluate((one) => {
      const found = {};
      for (const body of one.querySelectorAll("tbody")) {
        const route = body.querySelector(".group")?.textContent.trim();
        for (const row of body.querySelectorAll("tr:not(.group)")) {
          const cell = row.cells[3];
          const own = cell?.firstChild?.textContent.trim();
          if (own) found[`${route} ${row.cells[0].textContent.trim()}`] = own;
        }
      }
      return found;
    });
    await chart.scrollIntoViewIfNeeded();
    let compared = 0;
    for (const target of await chart.locator(".target").all()) {
      const box = await target.boundingBox();
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      const text = clean(await page.locator(".readout").textContent());
      const told = text.match(/^(.+?), infusion (\d+): (\d+) ?%/);
      if (!told) continue;
      assert.equal(told[3], shares[`${told[1]} ${told[2]}`], text);
      compared += 1;
    }
    assert.ok(compared >= 4, `${compared} points compared`);
    await close();
  },

  "a heading sorts its column within each group, and a third click undoes it": async () => {
    const { page, close } = await open();
    const grid = page.locator("#response details.grid").first();
    await grid.locator("summary").click();
    const column = (at) => grid.evaluate((one, place) =>
      [...one.querySelector("tbody").querySelectorAll("tr:not(.group)")]
        .map((row) => row.cells[place]?.textContent.trim() ?? ""), at);
    const before = await column(0);
    const head = grid.locator("thead tr").last().locator("th").first();
    await head.locator("button").click();
    await head.locator("button").click();
    assert.equal(await head.getAttribute("aria-sort"), "descending");
    assert.deepEqual(await column(0), [...before].sort((a, b) => Number(b) - Number(a)));
    await head.locator("button").click();
    assert.equal(await head.getAttribute("aria-sort"), null);
    assert.deepEqual(await column(0), before);
    await close();
  },

  "a table is copied as CSV, row for row": async () => {
    const { page, close } = await open();
    const grid = page.locator("#response details.grid").first();
    await grid.locator("summary").click();
    await grid.locator(".copy").click();
    const csv = await page.evaluate(() => navigator.clipboard.readText());
    const lines = csv.trim().split("\r\n");
    const rows = await grid.locator("tbody tr:not(.group)").count();
    assert.equal(lines.length, rows + 1);
    assert.ok(lines[0].startsWith("Group,Infusion,Treated,Scored"), lines[0]);
    const shown = clean(await grid.locator("tbody tr:not(.group)").first().textContent());
    const told = lines[1].split(",").slice(1).filter(Boolean).join(" ");
    assert.equal(told.split(" ")[0], shown.split(" ")[0]);
    await close();
  },

  "dark is dark, as the system asks and as the button says": async () => {
    const { page, close } = await open({ colorScheme: "dark" });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await background();
    await page.locator(".look").click();
    const light = await background();
    assert.notEqual(dark, light);
    await page.emulateMedia({ colorScheme: "light" });
    await page.locator(".look").click();
    assert.equal(await background(), dark);
    await close();
  },

  "no violation of WCAG 2.2 AA, light and dark, closed and open": async () => {
    for (const colorScheme of ["light", "dark"]) {
      const { page, close } = await open({ colorScheme });
      for (const isOpen of [false, true]) {
        if (isOpen) await openAll(page);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => axe.run(document, {
          runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
          resultTypes: ["violations"],
        }));
        const found = violations.map(({ id, nodes }) =>
          `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
        assert.deepEqual(found, [], colorScheme);
      }
      await close();
    }
  },

  "everything is there without script": async () => {
    const { page, close } = await open({ javaScriptEnabled: false });
    assert.ok(await page.locator(".tiles li").first().isVisible());
    assert.equal(await page.locator("button").count(), 0);
    const grid = second(page);
    assert.equal(await grid.locator("table").isVisible(), false);
    await grid.locator("summary").click();
    assert.ok(await grid.locator("table").isVisible());
    await close();
  },

  "nothing is wider than the page, and wide tables scroll in a frame of their own": async () => {
    for (const width of [320, 360, 768, 1440]) {
      const { page, close } = await open({ viewport: { width, height: 900 } });
      for (const isOpen of [false, true]) {
        if (isOpen) await openAll(page);
        const content = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(content <= width, `${content} px at ${width} px`);
      }
      await close();
    }
  },

  "pictures at three widths, light and dark": async () => {
    for (const width of [360, 768, 1440]) {
      for (const colorScheme of ["light", "dark"]) {
        const { page, close } = await open({ viewport: { width, height: 900 }, colorScheme });
        const path = `${pictures}/report-${width}-${colorScheme}.png`;
        await page.screenshot({ path, fullPage: true });
        assert.ok(statSync(path).size >= LEAST_BYTES, `${path} is blank`);
        await close();
      }
    }
  },

  "paper shows every table and no button, on A4 and on Letter": async () => {
    for (const format of ["A4", "Letter"]) {
      const { page, close } = await open();
      const path = `${pictures}/report-${format}.pdf`;
      await page.pdf({ path, format, printBackground: true, preferCSSPageSize: false });
      const about = execFileSync("pdfinfo", [path], { encoding: "utf8" });
      const n = Number(about.match(/^Pages:\s+(\d+)/m)[1]);
      assert.ok(n >= 5 && n <= 200, `${n} pages`);
      const text = execFileSync("pdftotext", ["-layout", path, "-"], { encoding: "utf8" });
      assert.ok(!text.includes("Copy as CSV") && !text.includes("Dark page"));
      assert.ok(text.includes("Every step, and people by route"), "a table's summary");
      assert.ok(text.includes("Scores found in check-ins"), "a line of a closed table");
      console.log(`    ${format}: ${n} pages`);
      await close();
    }
  },
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok  ${name}`);
  } catch (error) {
    failed += 1;
    console.error(`NOT ok  ${name}\n${error.message}`);
  }
}
await browser.close();
console.log(`${Object.keys(checks).length - failed} of ${Object.keys(checks).length} checks held`);
process.exit(failed ? 1 : 0);
