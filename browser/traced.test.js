// The replays of traced lessons and of the classic mistakes, in a real browser, after
// `cargo build -p traced`: channels, senders and waits. `replay.test.js` tests the rest.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { findings } from "./axe.js";

const TARGET = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL("../target", import.meta.url));
const PROGRAM = join(TARGET, "debug", "traced");
const LESSONS = {
    basic: ["--work-ms", "50"],
    context_cancel: ["--work-ms", "50", "--cancel-after-ms", "120"],
    graceful_vs_emergency: ["--work-ms", "30", "--cancel-after-ms", "45"],
    struct_pool: ["--work-ms", "20"],
};
const MISTAKES = {
    kept_sender: ["--work-ms", "50"],
    no_second_select: ["--work-ms", "200", "--cancel-after-ms", "100"],
    submit_in_job: ["--work-ms", "50"],
};
// How many wait at the end.
const WAITING = { kept_sender: 1, no_second_select: 4, submit_in_job: 5 };
const REPLAYS = { ...LESSONS, ...MISTAKES };

let browser;
let folder;

before(async () => {
    const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
    assert.ok(existsSync(executablePath), `no browser at ${executablePath}: set CHROMIUM`);
    assert.ok(existsSync(PROGRAM), `no program at ${PROGRAM}: first run cargo build -p traced`);
    folder = mkdtempSync(join(tmpdir(), "traced-"));
    // All at once: the mistakes take three seconds each.
    await Promise.all(Object.entries(REPLAYS).map(async ([name, flags]) => {
        const args = [name, ...flags, "--replay", join(folder, `${name}.html`)];
        const program = spawn(PROGRAM, args, { stdio: "ignore" });
        const status = await new Promise((resolve) => program.on("exit", resolve));
        assert.equal(status, name in MISTAKES ? 1 : 0, name);
    }));
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
});

after(async () => {
    await browser?.close();
    if (folder) {
        rmSync(folder, { recursive: true });
    }
});

// Opens a replay. The test fails if the page asks for anything else, or complains.
async function open(t, name, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ...options });
    t.after(() => context.close());
    const page = await context.newPage();
    const file = pathToFileURL(join(folder, `${name}.html`)).href;
    const complaints = [];
    page.on("request", (request) => request.url() === file || complaints.push(request.url()));
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    t.after(() => assert.deepEqual(complaints, []));
    await page.goto(file);
    return page;
}

const moveTo = (page, moment) => page.locator("input[type=range]").evaluate((slider, value) => {
    slider.value = value;
    slider.dispatchEvent(new Event("input"));
}, moment);

// What a reader sees of the channels at this moment: of each, its name, senders and messages.
const channels = (page) => page.evaluate(() => {
    const seen = (elements) => [...elements].filter((it) => it.checkVisibility()).map((it) => it.textContent);
    return [...document.querySelectorAll(".replay-queue")].map((row) => ({
        name: row.querySelector("p").textContent,
        senders: seen(row.querySelectorAll(".replay-senders span")),
        messages: seen(row.querySelectorAll("li")),
    }));
});

// What was recorded, read from the text of the page and not by its script.
function recorded(name) {
    const html = readFileSync(join(folder, `${name}.html`), "utf8");
    const entries = (text, tag) => [...text.matchAll(new RegExp(`<${tag} ([^>]*)>([^<]*)</${tag}>`, "g"))]
        .map(([, attributes, text]) => ({
            from: Number(attributes.match(/data-from="(\d+)"/)[1]),
            to: Number(attributes.match(/data-to="(\d+)"/)?.[1] ?? Infinity),
            text,
        }));
    const rows = html.split('<div class="replay-queue">').slice(1).map((text) => text.split("</div>")[0]);
    return {
        end: Number(html.match(/<figure[^>]* data-end="(\d+)"/)[1]),
        channels: rows.map((row) => ({
            name: row.match(/<p>(.*?)<\/p>/)[1],
            senders: entries(row, "span"),
            messages: entries(row, "li"),
        })),
    };
}

for (const name of Object.keys(REPLAYS)) {
    test(`${name}: at any moment, the channels are as recorded`, async (t) => {
        const page = await open(t, name);
        const { end, channels: rows } = recorded(name);
        const here = (entries, moment) => entries
            .filter(({ from, to }) => from <= moment && moment < to).map(({ text }) => text);
        // Each change, and some moments between them.
        const changes = rows.flatMap((row) => [...row.senders, ...row.messages])
            .flatMap(({ from, to }) => [from, to]).filter((at) => at <= end);
        const between = [0, 0.1, 0.33, 0.5, 0.77, 0.9, 1].map((share) => Math.round(end * share));
        for (const moment of new Set([...between, ...changes])) {
            await moveTo(page, moment);
            assert.deepEqual(await channels(page), rows.map((row) => ({
                name: row.name,
                senders: here(row.senders, moment),
                messages: here(row.messages, moment),
            })), `at ${moment}`);
        }
        assert.ok(rows.some((row) => row.messages.length > 0));
    });
}

for (const name of Object.keys(MISTAKES)) {
    test(`${name}: only the end tells who waits for what`, async (t) => {
        const page = await open(t, name);
        const { end } = recorded(name);
        const stuck = page.locator(".replay-stuck");
        await moveTo(page, end - 1);
        assert.equal(await stuck.isVisible(), false);
        await moveTo(page, end);
        assert.equal(await stuck.isVisible(), true);
        assert.equal(await stuck.locator("li").count(), WAITING[name]);
        // The step back and forward says it as well.
        await page.locator(".replay-picture").focus();
        await page.keyboard.press("ArrowLeft");
        await page.keyboard.press("ArrowRight");
        const said = await page.locator(".replay-voice").textContent();
        for (const wait of await stuck.locator("li").allTextContents()) {
            assert.ok(said.includes(wait), `${wait} is not in ${said}`);
        }
        assert.equal(said.match(/[0-9] s: /g).length, 1, `the time is there once: ${said}`);
    });
}

test("without a script, the page shows how each channel ends, and where main waits", async (t) => {
    const page = await open(t, "kept_sender", { javaScriptEnabled: false });
    const senders = (await channels(page)).map((channel) => channel.senders);
    assert.deepEqual(senders, [["closed"], ["1 sender"]]);
    const rows = page.locator(".replay-places span:visible");
    assert.deepEqual(await rows.allTextContents(), ["returned", "returned", "returned", "for result in results_rx {"]);
    assert.equal(await page.locator(".replay-stuck").isVisible(), true);
});

test("a wait has its reason", async (t) => {
    const page = await open(t, "no_second_select");
    const tips = await page.locator("g:has(> .wait) > title").allTextContents();
    assert.ok(tips.includes("worker 1 waits for a reader of results"), tips.join("; "));
    assert.ok(tips.includes("main waits for worker 1 to end"), tips.join("; "));
});

test("it fits a phone and a projector, and passes axe in light and dark", async (t) => {
    for (const name of Object.keys(REPLAYS)) {
        const page = await open(t, name);
        const { end } = recorded(name);
        for (const [width, height] of [[360, 740], [1280, 720]]) {
            await page.setViewportSize({ width, height });
            for (const moment of [end / 2, end]) {
                await moveTo(page, moment);
                const wide = await page.evaluate(() => document.scrollingElement.scrollWidth);
                assert.ok(wide <= width, `${name}: ${wide} pixels wide on ${width}`);
            }
        }
        await page.locator("summary").click();
        for (const colorScheme of ["light", "dark"]) {
            await page.emulateMedia({ colorScheme });
            assert.deepEqual(await findings(page, colorScheme), [], `${name}, ${colorScheme}`);
        }
    }
});
