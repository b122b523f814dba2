// The calculator of the book in a real browser, beside the lesson's program: `npm ci && npm test` in
// this folder, after `cargo build` and `cargo run -p book -- --no-open`.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const PAGE = new URL("../target/book/how_many_workers.html", import.meta.url);
const PROGRAM = fileURLToPath(new URL("../target/debug/how_many_workers", import.meta.url));

let browser;

before(async () => {
    const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
    assert.ok(existsSync(executablePath), `no browser at ${executablePath}: set CHROMIUM`);
    assert.ok(existsSync(PAGE), "no book: cargo run -p book -- --no-open");
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
});

after(() => browser?.close());

async function open(t, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ...options });
    t.after(() => context.close());
    const page = await context.newPage();
    const complaints = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    t.after(() => assert.deepEqual(complaints, []));
    await page.goto(PAGE.href);
    return page;
}

// What the program says: of each row, the cells that the page has, and the last line.
function ofProgram(settings) {
    const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const { status, stdout, stderr } = spawnSync(PROGRAM, [...flags, "--timeline", "never"], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    const lines = stdout.trim().split("\n");
    const cells = (text) => /[a-z]{3}/.test(text) ? [text] : text.match(/\S+( [a-z%]+)?/g);
    const rows = lines.filter((line) => /^ *\d+ +[<>]?\d+ %/.test(line)).map((line) => {
        const parts = [line.slice(0, 8), line.slice(8, 13), line.slice(15, 45), line.slice(49)];
        return parts.flatMap((part) => cells(part.trim()));
    });
    return { rows, answer: lines.at(-1) };
}

// What the page says. The controls change at once, as if somebody had moved them.
async function ofPage(page, settings) {
    await page.evaluate((settings) => {
        const calculator = document.querySelector(".calculator");
        for (const [name, value] of Object.entries(settings)) {
            calculator.querySelector(`[name=${name}]`).value = value;
        }
        calculator.dispatchEvent(new Event("input"));
        return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    }, settings);
    const rows = await page.locator(".calculator-rows tr").evaluateAll((rows) => {
        return rows.map((row) => [...row.cells].map((cell) => cell.textContent));
    });
    return { rows, answer: await page.locator(".calculator-answer").textContent() };
}

const SERVICE = { rate: 25, "work-ms": 200, jitter: 50, arrivals: "random", "target-wait-ms": 100 };
const inMillis = (text) => parseFloat(text.replace("<", "")) * (/ s$/.test(text) ? 1000 : 1);

for (const [name, changed, isExact] of [
    ["the defaults", {}, false],
    ["bursts", { arrivals: "bursts" }, false],
    ["regular arrivals", { arrivals: "regular" }, false],
    ["many workers", { rate: 100, "work-ms": 500, "target-wait-ms": 0 }, false],
    ["nothing left to chance", { arrivals: "regular", jitter: 0 }, true],
    ["workers that are always busy", { rate: 50, "work-ms": 100, arrivals: "regular", jitter: 0 }, true],
]) {
    test(`it says what the program says: ${name}`, async (t) => {
        const settings = { ...SERVICE, ...changed };
        const program = ofProgram(settings);
        const page = await ofPage(await open(t), settings);
        if (isExact) {
            assert.deepEqual(page, program);
            return;
        }
        let compared = 0;
        for (const expected of program.rows) {
            const row = page.rows.find(([workers]) => workers === expected[0]);
            if (row?.length !== expected.length || row.length < 10) {
                continue; // other random numbers may lead to another answer, and so to other rows
            }
            compared++;
            // The formula leaves nothing to chance.
            assert.deepEqual(row.slice(0, 6), expected.slice(0, 6));
            // The simulated mean and 95th percentile do. With other seeds, those of the program differ
            // by up to a third.
            for (const cell of [7, 8]) {
                const [one, other] = [row[cell], expected[cell]].map(inMillis);
                assert.ok(Math.abs(one - other) <= 0.5 * other + 5, `${row} instead of ${expected}`);
            }
        }
        assert.ok(compared >= 3, `${compared} rows of ${page.rows.length} are in both tables`);
        const [one, other] = [page.answer, program.answer].map((line) => parseInt(line));
        assert.ok(Math.abs(one - other) <= 1 + other / 20, `${page.answer}\n${program.answer}`);
    });
}

test("the curve is flat at first, and then steep", async (t) => {
    const page = await open(t);
    for (const name of ["formula", "simulated"]) {
        const points = await page.locator(`.calculator-curve polyline.${name}`).getAttribute("points");
        const heights = points.split(" ").map((point) => 300 - Number(point.split(",")[1]));
        assert.deepEqual(heights, heights.toSorted((one, other) => one - other), name);
        assert.ok(heights[3] < 20 && heights.at(-1) > 280, `${name}: ${heights}`);
    }
});

test("the arrows move a slider, and do not turn the page", async (t) => {
    const page = await open(t);
    const rate = page.locator(".calculator [name=rate]");
    const before = await page.locator(".calculator-answer").textContent();
    await rate.focus();
    for (let press = 0; press < 5; press++) {
        await page.keyboard.press("ArrowRight");
    }
    await page.waitForFunction((before) => document.querySelector(".calculator-answer").textContent !== before, before);
    assert.equal(await rate.locator("xpath=following-sibling::output").textContent(), "30 a second");
    assert.ok(page.url().endsWith("/how_many_workers.html"));
});

test("without a script there is no calculator", async (t) => {
    const page = await open(t, { javaScriptEnabled: false });
    assert.equal(await page.locator(".calculator").isVisible(), false);
});
