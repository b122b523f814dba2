// The stories of the model checker, in a real browser: `npm ci && npm test` in this folder, after
// `cargo build -p models`. The variable CHROMIUM says where the browser is.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { findings } from "./axe.js";

const PROGRAM = new URL("../target/debug/models", import.meta.url).pathname;

let browser;
let folder;
let file;

before(async () => {
    const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
    assert.ok(existsSync(executablePath), `no browser at ${executablePath}: set CHROMIUM`);
    assert.ok(existsSync(PROGRAM), `no program at ${PROGRAM}: first run cargo build -p models`);
    folder = mkdtempSync(join(tmpdir(), "stories-"));
    file = join(folder, "stories.html");
    const ended = spawnSync(PROGRAM, ["--stories", folder], { encoding: "utf8" });
    assert.ok(existsSync(file), `${ended.error ?? ended.stderr}`);
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
});

after(async () => {
    await browser?.close();
    if (folder) {
        rmSync(folder, { recursive: true });
    }
});

// Opens the page. The test fails if the page asks for anything else, or complains.
async function open(t, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ...options });
    t.after(() => context.close());
    const page = await context.newPage();
    const url = pathToFileURL(file).href;
    const complaints = [];
    page.on("request", (request) => request.url() === url || complaints.push(request.url()));
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    t.after(() => assert.deepEqual(complaints, []));
    await page.goto(url);
    return page;
}

// Everything that a reader sees of a story at this moment.
const state = (story) => story.evaluate((figure) => ({
    rows: [...figure.querySelectorAll("tbody tr")]
        .filter((row) => row.checkVisibility({ visibilityProperty: true })).map((row) => row.innerText),
    current: [...figure.querySelectorAll("tr[aria-current=step]")].map((row) => row.dataset.says),
    why: figure.querySelector(".story-why").checkVisibility({ visibilityProperty: true }),
    next: figure.querySelector("[data-do=next]").textContent,
    disabled: [...figure.querySelectorAll("[aria-disabled=true]")].map((button) => button.dataset.do),
}));

// What the rows of each story say, read from the text of the page and not by its script.
const recorded = () => readFileSync(file, "utf8").split("<figure").slice(1).map((story) =>
    [...story.matchAll(/ data-says="([^"]*)"/g)].map(([, says]) =>
        says.replaceAll("&quot;", "\"").replaceAll("&gt;", ">").replaceAll("&lt;", "<").replaceAll("&amp;", "&")));

const button = (story, action) => story.locator(`[data-do=${action}]`);

// Quicker than the mouse, and it does not wait for a button that is disabled.
const click = (story, action) => button(story, action).dispatchEvent("click");

test("each story goes from step to step, and back the same way", async (t) => {
    const page = await open(t);
    const stories = recorded();
    assert.equal(stories.length, 12);
    for (const [index, says] of stories.entries()) {
        const story = page.locator(".story").nth(index);
        const there = [await state(story)];
        assert.deepEqual(there[0].rows, [], "at first, no step is shown");
        assert.deepEqual(there[0].disabled, ["back", "restart"]);
        for (const [step, what] of says.entries()) {
            await click(story, "next");
            const shown = await state(story);
            assert.equal(shown.rows.length, step + 1);
            assert.deepEqual(shown.current, [what]);
            assert.equal(await story.locator(".story-voice").textContent(), what);
            assert.equal(shown.why, step === says.length - 1, "the reason comes last");
            there.push(shown);
        }
        assert.deepEqual(there.at(-1).disabled, ["next"]);
        await click(story, "next");
        assert.deepEqual(await state(story), there.pop(), "nothing comes after the end");
        for (const expected of there.toReversed()) {
            await click(story, "back");
            assert.deepEqual(await state(story), expected);
        }
        await click(story, "next");
        await click(story, "next");
        await click(story, "restart");
        assert.deepEqual(await state(story), there[0]);
    }
});

test("the fatal step is hidden until the reader asks for it", async (t) => {
    const page = await open(t);
    for (const [index, says] of recorded().entries()) {
        const story = page.locator(".story").nth(index);
        const fatal = () => story.locator("tr.fatal").evaluateAll((rows) =>
            rows.filter((row) => row.checkVisibility({ visibilityProperty: true })).length);
        const question = says.findIndex((what) => what.startsWith("What happens next?"));
        for (let step = 0; step <= question; step++) {
            assert.equal(await button(story, "next").textContent(), "Next");
            await click(story, "next");
            assert.equal(await fatal(), 0);
        }
        assert.equal(await button(story, "next").textContent(), "Show what happens");
        await click(story, "next");
        assert.equal(await fatal(), 1);
    }
});

test("the keyboard does everything inside a story, and turns no page around it", async (t) => {
    const page = await open(t);
    await page.evaluate(() => {
        window.turned = 0;
        document.addEventListener("keydown", (event) => { window.turned += event.key.startsWith("Arrow"); });
    });
    const story = page.locator(".story").first();
    const [says] = recorded();
    const question = says.findIndex((what) => what.startsWith("What happens next?"));
    const shown = async () => (await state(story)).rows.length;
    for (const target of ["[data-do=back]", "[data-do=next]", ".story-stage", ".story-diff"]) {
        await story.locator(target).focus();
        await page.keyboard.press("Home");
        assert.equal(await shown(), 0, target);
        await page.keyboard.press("ArrowRight");
        await page.keyboard.press("ArrowRight");
        assert.equal(await shown(), 2, target);
        await page.keyboard.press("ArrowLeft");
        assert.equal(await shown(), 1, target);
        await page.keyboard.press("End");
        assert.equal(await shown(), question + 1, "End stops at the question");
        await page.keyboard.press("End");
        assert.equal(await shown(), says.length, target);
        await page.keyboard.press("Alt+ArrowLeft"); // it belongs to the browser
        assert.equal(await shown(), says.length, target);
    }
    assert.equal(await page.evaluate(() => window.turned), 4, "only Alt and an arrow reach the page");
    await button(story, "restart").focus();
    await page.keyboard.press("Enter");
    assert.equal(await shown(), 0);

    // Outside of a story, the arrow keys belong to the page.
    await page.evaluate(() => { document.activeElement.blur(); });
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.evaluate(() => window.turned), 5);
    assert.equal(await shown(), 0);
});

test("tab reaches everything in the order of the page", async (t) => {
    const page = await open(t);
    const reached = [];
    for (let tabs = 0; tabs < 6; tabs++) {
        await page.keyboard.press("Tab");
        reached.push(await page.evaluate(() => document.activeElement.dataset.do ?? document.activeElement.className));
    }
    assert.deepEqual(reached, ["story-diff", "back", "next", "restart", "story-stage", "story-diff"]);
});

test("the live region is silent until the reader steps", async (t) => {
    const page = await open(t);
    assert.deepEqual(new Set(await page.locator("[role=status]").allTextContents()), new Set([""]));
    await button(page.locator(".story").nth(1), "next").click();
    const spoken = (await page.locator("[role=status]").allTextContents()).filter(Boolean);
    assert.deepEqual(spoken, [recorded()[1][0]], "only the story that steps");
});

test("the row that is told is in sight", async (t) => {
    for (const viewport of [{ width: 1280, height: 720 }, { width: 360, height: 740 }]) {
        const page = await open(t, { viewport });
        const story = page.locator(".story").first();
        for (const [step] of recorded()[0].entries()) {
            await button(story, "next").click();
            const outside = await story.evaluate((figure) => {
                const stage = figure.querySelector(".story-stage").getBoundingClientRect();
                const head = figure.querySelector("thead th").getBoundingClientRect();
                const row = figure.querySelector("tr[aria-current]");
                const cell = [...row.cells].find((it) => it.tagName === "TD" && it.textContent).getBoundingClientRect();
                return [head.bottom - cell.top, cell.bottom - stage.bottom, stage.left - cell.left];
            });
            assert.ok(outside.every((pixels) => pixels < 2), `step ${step}: ${outside}`);
        }
    }
});

test("without a script, and on paper, it shows the whole story", async (t) => {
    const whole = (page) => page.evaluate(() => [
        ...[...document.querySelectorAll(".story")].map((story) =>
            [...story.querySelectorAll("tbody tr, .story-why")]
                .filter((it) => it.checkVisibility({ visibilityProperty: true })).length),
        [...document.querySelectorAll(".story-controls")].some((it) => it.checkVisibility()),
        // Nothing is cut off.
        [...document.querySelectorAll(".story-stage")].every((it) => it.scrollHeight <= it.clientHeight + 1),
    ]);
    const expected = [...recorded().map((says) => says.length + 1), false, true];

    const plain = await open(t, { javaScriptEnabled: false });
    assert.deepEqual(await whole(plain), expected);

    const printed = await open(t);
    await button(printed.locator(".story").first(), "next").click();
    await printed.emulateMedia({ media: "print" });
    assert.deepEqual(await whole(printed), expected);
});

test("nothing moves", async (t) => {
    const page = await open(t, { reducedMotion: "reduce" });
    await button(page.locator(".story").first(), "next").click();
    assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
});

test("it fits a phone and a projector, and passes axe in light and dark", async (t) => {
    const page = await open(t);
    // At the first step, and at the end.
    for (const steps of [1, 40]) {
        await page.evaluate((steps) => {
            for (const next of document.querySelectorAll("[data-do=next]")) {
                for (let step = 0; step < steps; step++) {
                    next.click();
                }
            }
        }, steps);
        for (const [width, height] of [[360, 740], [1280, 720]]) {
            await page.setViewportSize({ width, height });
            const wide = await page.evaluate(() => document.scrollingElement.scrollWidth);
            assert.ok(wide <= width, `${wide} pixels wide on ${width}`);
        }
        for (const colorScheme of ["light", "dark"]) {
            await page.emulateMedia({ colorScheme });
            const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
            assert.equal(paper === "rgb(255, 255, 255)", colorScheme === "light", paper);
            assert.deepEqual(await findings(page, colorScheme), [], colorScheme);
        }
    }
});
