// The replays of real runs, in a real browser: `npm ci && npm test` in this folder, after
// `cargo build`. The variable CHROMIUM says where the browser is.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { findings } from "./axe.js";

const TARGET = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL("../target", import.meta.url));
const LESSONS = {
    why_pools: ["--jobs", "100", "--workers", "20"],
    basic: ["--work-ms", "50"],
    context_cancel: ["--work-ms", "50", "--cancel-after-ms", "120"],
    graceful_vs_emergency: ["--work-ms", "30", "--cancel-after-ms", "45"],
    struct_pool: ["--work-ms", "20", "--panic-on", "7"],
    buffered_vs_unbuffered: ["--work-ms", "10"],
    url_fetcher: ["--timeout-secs", "0.3"],
    how_many_workers: ["--work-ms", "50", "--measure", "0.5"],
    production_pool: ["--duration-secs", "1", "--work-ms", "50", "--metrics", "off"],
};
// Ended by Ctrl-C: its jobs never end.
const INTERRUPTED = "basic, interrupted";
const REPLAYS = [...Object.keys(LESSONS), INTERRUPTED];
const outputs = {}; // what each program printed

let browser;
let folder;

before(async () => {
    const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
    assert.ok(existsSync(executablePath), `no browser at ${executablePath}: set CHROMIUM`);
    folder = mkdtempSync(join(tmpdir(), "replays-"));
    for (const [lesson, flags] of Object.entries(LESSONS)) {
        const file = join(folder, `${lesson}.html`);
        const ended = spawnSync(join(TARGET, "debug", lesson), [...flags, "--replay", file], { encoding: "utf8" });
        assert.ok(existsSync(file), `${lesson}: ${ended.error ?? ended.stderr}`);
        outputs[lesson] = ended.stdout;
    }
    outputs[INTERRUPTED] = await interrupt(join(folder, `${INTERRUPTED}.html`));
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
});

after(async () => {
    await browser?.close();
    if (folder) {
        rmSync(folder, { recursive: true });
    }
});

// Runs `basic` until all three workers have a job, and presses Ctrl-C. Returns the output.
async function interrupt(file) {
    const flags = ["--work-ms", "60000", "--replay", file];
    const program = spawn(join(TARGET, "debug", "basic"), flags, { stdio: ["ignore", "pipe", "ignore"] });
    let stdout = "";
    for await (const text of program.stdout) {
        stdout += text;
        if (stdout.split("\n").length === 4) {
            program.kill("SIGINT");
        }
    }
    return stdout;
}

// Opens a replay. The test fails if the page asks for anything else, or complains.
async function open(t, lesson, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ...options });
    t.after(() => context.close());
    const page = await context.newPage();
    const file = pathToFileURL(join(folder, `${lesson}.html`)).href;
    const complaints = [];
    page.on("request", (request) => request.url() === file || complaints.push(request.url()));
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    t.after(() => assert.deepEqual(complaints, []));
    await page.goto(file);
    return page;
}

// Everything that a reader sees at this moment.
const state = (page) => page.evaluate(() => ({
    lines: [...document.querySelectorAll(".replay-output span")]
        .filter((line) => line.checkVisibility()).map((line) => line.textContent.trimEnd()),
    queue: [...document.querySelectorAll(".replay-queue li")]
        .filter((job) => job.checkVisibility()).map((job) => job.textContent),
    marks: [...document.querySelectorAll(".replay-picture g[data-at]")]
        .filter((mark) => mark.checkVisibility({ visibilityProperty: true })).length,
    running: document.querySelectorAll(".bar.running").length,
    edges: [...document.querySelectorAll("clipPath rect")].map((edge) => edge.getAttribute("width")),
    // Of the marks and the summaries.
    hidden: [...document.querySelectorAll(".replay-stage [data-at]")]
        .filter((it) => !it.checkVisibility({ visibilityProperty: true })).length,
    lastLineInSight: (() => {
        const box = document.querySelector(".replay-output")?.getBoundingClientRect();
        const lines = [...document.querySelectorAll(".replay-output span:not(.later)")];
        const line = lines.at(-1)?.getBoundingClientRect();
        return !line || (line.top >= box.top && line.bottom <= box.bottom + 1);
    })(),
    moment: document.querySelector("input[type=range]").value,
    said: document.querySelector("input[type=range]").getAttribute("aria-valuetext"),
}));

const moveTo = (page, moment) => page.locator("input[type=range]").evaluate((slider, value) => {
    slider.value = value;
    slider.dispatchEvent(new Event("input"));
}, moment);

// The times of a page, read from its text and not by its script.
function recorded(lesson) {
    const html = readFileSync(join(folder, `${lesson}.html`), "utf8");
    const numbers = (text) => Object.fromEntries(
        [...text.matchAll(/ data-([a-z]+)="([\d.]+)"/g)].map(([, name, value]) => [name, Number(value)]));
    const elements = (pattern) => [...html.matchAll(pattern)].map((found) => ({ ...numbers(found[0]), found }));
    return {
        end: numbers(html.match(/<figure[^>]*>/)[0]).end,
        lines: elements(/<span data-at="\d+">/g),
        steps: elements(/<li data-at="\d+">/g),
        queue: elements(/<li data-from=[^>]*>/g),
        marks: elements(/<g data-at=[^>]*>/g),
        bars: elements(/<rect class="bar [^>]*>/g),
        runs: elements(/<g class="run"[^>]*>/g),
    };
}

for (const lesson of REPLAYS) {
    test(`${lesson}: at any moment, it shows what was recorded until then`, async (t) => {
        const page = await open(t, lesson);
        const { end, lines, queue, marks, bars, runs } = recorded(lesson);
        assert.ok(end > 0);
        for (const share of [0, 0.1, 0.33, 0.5, 0.77, 0.9, 1]) {
            const moment = Math.round(end * share);
            await moveTo(page, moment);
            const shown = await state(page);
            const until = (things) => things.filter((thing) => thing.at <= moment).length;
            assert.equal(shown.lines.length, until(lines), `lines at ${moment}`);
            assert.equal(shown.marks, until(marks), `marks at ${moment}`);
            const inQueue = queue.filter((job) => job.from <= moment && !(job.to <= moment));
            assert.equal(shown.queue.length, inQueue.length, `queue at ${moment}`);
            const running = bars.filter((bar) => bar.to > moment);
            assert.equal(shown.running, running.length, `running at ${moment}`);
            const edges = runs.map(({ from, to, left, width }) =>
                left + width * Math.min(Math.max((moment - from) / (to - from), 0), 1));
            shown.edges.forEach((edge, index) => {
                assert.ok(Math.abs(edge - edges[index]) < 0.01, `edge ${edge}, not ${edges[index]}`);
            });
            assert.equal(shown.edges.length, runs.length);
            assert.ok(shown.lastLineInSight, `the last line at ${moment}`);
        }
        const shown = await state(page);
        assert.equal(shown.hidden, 0, "at the end, everything is shown");
        runs.forEach(({ left, width }, index) => assert.equal(Number(shown.edges[index]), left + width));
        const printed = outputs[lesson].split("\n").slice(0, -1).map((line) => line.trimEnd());
        assert.deepEqual(shown.lines, printed, "the whole output");
    });
}

test("steps go from event to event, and back the same way", async (t) => {
    const page = await open(t, "context_cancel");
    const { steps } = recorded("context_cancel");
    assert.match(await page.locator(".replay-voice").textContent(), /^Press Play/);
    const moments = [0, ...new Set(steps.map((step) => step.at).filter((at) => at > 0))];
    const there = [];
    for (const moment of moments) {
        const shown = await state(page);
        assert.equal(Number(shown.moment), moment);
        there.push(shown);
        await page.getByRole("button", { name: "One step forward" }).click();
    }
    assert.equal(await page.locator(".replay-voice").textContent(), await page.locator(".replay-steps li").last().textContent());
    for (const expected of there.slice(0, -1).reverse()) {
        await page.getByRole("button", { name: "One step back" }).click();
        assert.deepEqual(await state(page), expected);
    }
});

test("what was said of another moment does not stay when the slider moves", async (t) => {
    const page = await open(t, "basic");
    await page.locator(".replay-picture").focus();
    await page.keyboard.press("End");
    assert.notEqual(await page.locator(".replay-voice").textContent(), "");
    await page.locator("input[type=range]").focus();
    await page.keyboard.press("PageDown");
    assert.equal(await page.locator(".replay-voice").textContent(), "");
});

test("on a narrow screen, the end of the run is in sight at the end", async (t) => {
    const page = await open(t, "basic", { viewport: { width: 360, height: 740 } });
    const picture = page.locator(".replay-picture");
    await picture.focus();
    await page.keyboard.press("End");
    assert.ok(await picture.evaluate((it) => it.scrollLeft > 0));
});

test("the keyboard does everything, and turns no page around it", async (t) => {
    const page = await open(t, "basic");
    await page.evaluate(() => {
        window.turned = 0;
        document.addEventListener("keydown", (event) => { window.turned += event.key.startsWith("Arrow"); });
    });
    const { end } = recorded("basic");
    const moment = () => page.locator("input[type=range]").inputValue().then(Number);
    for (const target of ["input[type=range]", ".replay-picture", "[data-do=play]", ".replay-output"]) {
        await page.locator(target).focus();
        await page.keyboard.press("End");
        assert.equal(await moment(), end, target);
        await page.keyboard.press("ArrowLeft");
        const before = await moment();
        assert.ok(before < end, target);
        await page.keyboard.press("ArrowRight");
        assert.equal(await moment(), end, target);
        await page.keyboard.press("Home");
        assert.equal(await moment(), 0, target);
    }
    assert.equal(await page.evaluate(() => window.turned), 0);
    await page.locator(".replay-picture").focus();
    await page.keyboard.press("Space");
    assert.equal(await page.locator("[data-do=play]").textContent(), "Pause");
});

test("tab reaches everything in the order of the page", async (t) => {
    const page = await open(t, "basic");
    const reached = [];
    for (let tabs = 0; tabs < 8; tabs++) {
        await page.keyboard.press("Tab");
        reached.push(await page.evaluate(() => document.activeElement.tagName));
    }
    assert.deepEqual(reached, ["BUTTON", "BUTTON", "BUTTON", "SELECT", "INPUT", "DIV", "PRE", "SUMMARY"]);
});

test("play runs to the end, and pause stays", async (t) => {
    const page = await open(t, "basic");
    assert.equal(Number((await state(page)).moment), 0, "it does not play by itself");
    const play = page.locator("[data-do=play]");
    await page.locator("select").selectOption("0.1");
    await play.click();
    await page.waitForFunction(() => Number(document.querySelector("input[type=range]").value) > 0);
    await play.click();
    const paused = await state(page);
    await page.waitForTimeout(200);
    assert.deepEqual(await state(page), paused);
    assert.notEqual(await page.locator(".replay-voice").textContent(), "");
    await page.locator("select").selectOption("4");
    await play.click();
    const { end } = recorded("basic");
    await page.waitForFunction((end) => Number(document.querySelector("input[type=range]").value) === end, end);
    assert.equal(await play.textContent(), "Play");
});

test("with reduced motion, it plays from step to step", async (t) => {
    const page = await open(t, "basic", { reducedMotion: "reduce" });
    const moments = new Set(recorded("basic").steps.map((step) => step.at));
    await page.locator("[data-do=play]").click();
    for (let look = 0; look < 10; look++) {
        assert.ok(moments.has(Number((await state(page)).moment)));
        await page.waitForTimeout(60);
    }
});

test("without a script, and on paper, it shows the whole run", async (t) => {
    const { lines, marks } = recorded("context_cancel");
    const whole = (page) => page.evaluate(() => [
        [...document.querySelectorAll(".replay-output span")].filter((it) => it.checkVisibility()).length,
        [...document.querySelectorAll(".replay-picture g[data-at]")]
            .filter((it) => it.checkVisibility({ visibilityProperty: true })).length,
        getComputedStyle(document.querySelector("g.run")).clipPath,
        document.querySelector(".replay-controls").checkVisibility(),
    ]);
    const expected = [lines.length, marks.length, "none", false];

    const plain = await open(t, "context_cancel", { javaScriptEnabled: false });
    assert.deepEqual(await whole(plain), expected);

    const printed = await open(t, "context_cancel");
    await printed.emulateMedia({ media: "print" });
    assert.deepEqual(await whole(printed), expected);
});

test("it fits a phone and a projector, and passes axe in light and dark", async (t) => {
    for (const lesson of REPLAYS) {
        const page = await open(t, lesson);
        await page.locator("summary").click();
        await moveTo(page, recorded(lesson).end);
        assert.equal((await state(page)).running, 0);
        for (const [width, height] of [[360, 740], [1280, 720]]) {
            await page.setViewportSize({ width, height });
            const wide = await page.evaluate(() => document.scrollingElement.scrollWidth);
            assert.ok(wide <= width, `${lesson}: ${wide} pixels wide on ${width}`);
        }
        for (const colorScheme of ["light", "dark"]) {
            await page.emulateMedia({ colorScheme });
            assert.deepEqual(await findings(page, colorScheme), [], `${lesson}, ${colorScheme}`);
        }
    }
});
