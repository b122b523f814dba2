// The built book in a real browser, as files: `npm ci && npm test` in this folder, after
// `cargo run -p book -- --no-open`. The variable CHROMIUM says where the browser is.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { findings } from "./axe.js";

const BOOK = new URL("../target/book/", import.meta.url);
// toc.html is the list of pages for browsers without script, in a frame.
const pages = () => readdirSync(BOOK).filter((name) => name.endsWith(".html") && name !== "toc.html");
const lessons = () => pages().filter((name) => readFileSync(new URL(name, BOOK), "utf8").includes('class="gate"'));

let browser;

before(async () => {
    const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
    assert.ok(existsSync(executablePath), `no browser at ${executablePath}: set CHROMIUM`);
    assert.ok(existsSync(BOOK), "no book: cargo run -p book -- --no-open");
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    assert.equal(lessons().length, 10);
});

after(() => browser?.close());

// Opens a window. The test fails if a page in it asks for anything but files, or complains.
async function open(t, name, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ...options });
    t.after(() => context.close());
    const page = await context.newPage();
    const complaints = [];
    page.on("request", (request) => request.url().startsWith("file:") || complaints.push(request.url()));
    page.on("requestfailed", (request) => {
        // Aborted: the test went on to the next page.
        if (request.failure().errorText !== "net::ERR_ABORTED") {
            complaints.push(`failed: ${request.url()}`);
        }
    });
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    t.after(() => assert.deepEqual(complaints, []));
    await page.goto(new URL(name, BOOK).href);
    return page;
}

const openAll = (page) => page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) {
        details.open = true;
    }
});

test("every link inside the book leads somewhere", async (t) => {
    const page = await open(t, "index.html");
    for (const name of pages()) {
        await page.goto(new URL(name, BOOK).href);
        const links = await page.evaluate(() => [...document.querySelectorAll("a[href]")].map((link) => link.href));
        assert.ok(links.length > 16, name);
        for (const link of links.map((href) => new URL(href)).filter(({ protocol }) => protocol === "file:")) {
            const target = new URL(link.pathname, BOOK);
            assert.ok(existsSync(target), `${name}: ${link}`);
            if (link.hash) {
                const id = decodeURIComponent(link.hash.slice(1));
                assert.ok(readFileSync(target, "utf8").includes(` id="${id}"`), `${name}: ${link}`);
            }
        }
    }
});

test("a gate is closed at first, and hides the answers", async (t) => {
    for (const name of lessons()) {
        const page = await open(t, name);
        const gate = page.locator("details.gate");
        assert.equal(await gate.count(), 1, name);
        assert.equal(await page.locator("details[open]").count(), 0, name);
        assert.equal(await page.locator(".replay").first().isVisible(), false, name);
        assert.equal(await page.getByRole("heading", { name: "What it shows" }).isVisible(), false, name);
        await gate.locator("> summary").click();
        assert.equal(await page.locator(".replay").first().isVisible(), true, name);
        // Its output ends as the recording does: nothing is cut off.
        const slider = page.locator("input[type=range]").first();
        await slider.focus();
        await page.keyboard.press("End");
        assert.equal(await page.locator(".replay-output").first().locator(".later").count(), 0, name);
    }
});

test("without a script, everything is there", async (t) => {
    for (const name of lessons()) {
        const page = await open(t, name, { javaScriptEnabled: false });
        await page.locator("details.gate > summary").click();
        assert.equal(await page.locator(".replay-picture svg").first().isVisible(), true, name);
        assert.equal(await page.locator(".replay-controls").first().isVisible(), false, name);
        const answer = page.locator(".quiz details").first();
        await answer.locator("summary").click();
        assert.equal(await answer.locator("strong").first().isVisible(), true, name);
        assert.equal(await page.frameLocator("iframe").getByRole("link", { name: "basic" }).count(), 1, name);
    }
});

test("the arrows step through a replay; elsewhere they turn the page", async (t) => {
    const page = await open(t, "basic.html");
    await page.locator("details.gate > summary").click();
    const replay = page.locator(".gate .replay");
    const moment = () => replay.locator("input[type=range]").inputValue().then(Number);
    for (const target of ["input[type=range]", ".replay-picture", "[data-do=play]", ".replay-output"]) {
        await replay.locator(target).focus();
        await page.keyboard.press("Home");
        await page.keyboard.press("ArrowRight");
        await page.keyboard.press("ArrowRight");
        const there = await moment();
        assert.ok(there > 0, target);
        await page.keyboard.press("ArrowLeft");
        assert.ok(await moment() < there, target);
        assert.ok(page.url().endsWith("/basic.html"), target);
    }
    // Just opened, the gate still has the focus.
    const gate = page.locator("details.gate > summary");
    await replay.locator("[data-do=play]").focus();
    await page.keyboard.press("Home");
    await gate.focus();
    await page.keyboard.press("ArrowRight");
    assert.ok(await moment() > 0, "the open gate steps");
    assert.ok(page.url().endsWith("/basic.html"), "the open gate turns no page");
    await gate.focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("ArrowRight");
    await page.waitForURL("**/context_cancel.html");
});

test("who tabs to the controls of a replay or a story sees its picture or its steps", async (t) => {
    const page = await open(t, "basic.html", { viewport: { width: 1280, height: 720 } });
    for (const [around, button, below] of [
        ["details.gate", "[data-do=back]", ".replay-picture"],
        ["details:has(> .story)", "[data-do=next]", ".story-stage"],
    ]) {
        const details = page.locator(around);
        await details.locator("> summary").focus();
        await page.keyboard.press("Enter");
        while (!await details.locator(button).evaluate((it) => it === document.activeElement)) {
            await page.keyboard.press("Tab");
        }
        const box = await details.locator(below).boundingBox();
        assert.ok(box.y + 200 < 720, `${below} is at ${box.y}`);
    }
});

test("a story steps with the arrows, and stops before its fatal step", async (t) => {
    const stories = { basic: 1, context_cancel: 2, struct_pool: 2, production_pool: 7 };
    for (const [name, count] of Object.entries(stories)) {
        const page = await open(t, `${name}.html`);
        assert.equal(await page.locator(".story").count(), count, name);
        for (const story of await page.locator("details:has(> .story)").all()) {
            await story.locator("> summary").click();
            const shown = () => story.locator("tbody tr:not(.later)").count();
            await story.locator("[data-do=next]").focus();
            await page.keyboard.press("ArrowRight");
            assert.equal(await shown(), 1, name);
            await page.keyboard.press("End");
            assert.equal(await story.locator(".story-question").isVisible(), true, name);
            assert.equal(await story.locator(".story-end").first().isVisible(), false, name);
            await page.keyboard.press("End");
            assert.equal(await story.locator(".story-end").first().isVisible(), true, name);
            assert.ok(page.url().endsWith(`/${name}.html`), name);
        }
    }
});

test("the replay of a hang ends with who waits for what", async (t) => {
    for (const [name, mistake, waits] of [
        ["basic", "kept_sender", 1],
        ["context_cancel", "no_second_select", 4],
        ["struct_pool", "submit_in_job", 5],
    ]) {
        const page = await open(t, `${name}.html`);
        const replay = page.locator(`.replay[aria-label$="${mistake}"]`);
        await page.locator("details").filter({ has: replay }).locator("> summary").click();
        await replay.locator("input[type=range]").focus();
        const stuck = replay.locator(".replay-stuck");
        assert.equal(await stuck.isVisible(), false, name);
        await page.keyboard.press("End");
        assert.equal(await stuck.isVisible(), true, name);
        assert.equal(await stuck.locator("li").count(), waits, name);
    }
});

// Where they are hidden, the bars that they fill would be empty.
test("each page has the patterns of its pictures once, and they are never hidden", async (t) => {
    for (const name of lessons()) {
        const page = await open(t, name);
        for (const pattern of ["failed", "interrupted", "undelivered"]) {
            const found = page.locator(`pattern[id="${pattern}"]`);
            assert.equal(await found.count(), 1, `${name}: ${pattern}`);
            assert.equal(await found.evaluate((it) => it.closest("details")), null, `${name}: ${pattern}`);
        }
    }
});

test("it fits a phone and a projector", async (t) => {
    for (const [width, height] of [[360, 740], [1280, 720]]) {
        const page = await open(t, "index.html", { viewport: { width, height } });
        for (const name of pages()) {
            await page.goto(new URL(name, BOOK).href);
            await openAll(page);
            const wide = await page.evaluate(() => document.scrollingElement.scrollWidth);
            assert.ok(wide <= width, `${name}: ${wide} pixels wide on ${width}`);
            // What is too wide for the window may also scroll in here.
            const content = await page.locator("#mdbook-content").evaluate((it) => it.scrollWidth - it.clientWidth);
            assert.equal(content, 0, `${name} scrolls sideways on ${width}`);
        }
    }
});

test("Rust and Go are side by side on a projector, and below each other on a phone", async (t) => {
    for (const [width, height] of [[1280, 720], [360, 740]]) {
        const page = await open(t, "basic.html", { viewport: { width, height } });
        const beside = page.locator(".beside").first();
        assert.deepEqual(await beside.locator("figcaption").allTextContents(), ["Rust", "Go"]);
        const [rust, go] = await Promise.all((await beside.locator("figure").all()).map((it) => it.boundingBox()));
        assert.equal(go.x >= rust.x + rust.width && go.y === rust.y, width === 1280);
        assert.equal(go.y >= rust.y + rust.height && go.x === rust.x, width === 360);
    }
});

test("the arrows scroll a wide block, and do not turn the page", async (t) => {
    const page = await open(t, "basic.html", { viewport: { width: 360, height: 740 } });
    const rust = page.locator(".beside figure").first();
    // Chromium lets the keyboard reach it anyway; other browsers do not.
    assert.equal(await rust.getAttribute("tabindex"), "0");
    await rust.focus();
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction((box) => box.scrollLeft > 0, await rust.elementHandle(), { timeout: 5000 });
    assert.ok(page.url().endsWith("/basic.html"));
});

for (const colorScheme of ["light", "dark"]) {
    test(`axe finds nothing, ${colorScheme}`, async (t) => {
        const page = await open(t, "index.html", { colorScheme });
        const all = [];
        for (const name of pages()) {
            await page.goto(new URL(name, BOOK).href);
            const theme = { light: "light", dark: "coal" }[colorScheme];
            assert.ok(await page.evaluate((name) => document.documentElement.classList.contains(name), theme));
            await openAll(page);
            // mdBook's own bar is in no landmark, and its button is a label.
            const found = await findings(page, colorScheme, { exclude: ["#mdbook-menu-bar"] });
            all.push(...found.map((finding) => `${name}: ${finding}`));
        }
        assert.deepEqual(all, []);
    });
}

// The replays of a page, read from its text and not by a script: of each, how long it is, and at
// which line a thread is from when to when.
function places(name) {
    const html = readFileSync(new URL(name, BOOK), "utf8");
    const text = (html) => html.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"');
    const figures = html.split('<figure class="replay"').slice(1).map((figure) => figure.split("</figure>")[0]);
    return figures.map((figure) => ({
        end: Number(figure.match(/data-end="(\d+)"/)[1]),
        places: figure.split("<div><dt>").slice(1).flatMap((row) => [...row.split("</div>")[0]
            .matchAll(/<span .*?(?:data-file="(.*?)" data-line="(.*?)" )?data-times="(.*?)">(?:<code>)?(.*?)</g)]
            .flatMap(([, file, line, times, code]) => times.split(" ").flatMap((from, index, all) => index % 2 ? [] : {
                who: row.split("</dt>")[0],
                file,
                line,
                code: text(code),
                from: Number(from),
                to: Number(all[index + 1] ?? Infinity),
            }))),
    }));
}

const moveTo = (replay, moment) => replay.locator("input[type=range]").evaluate((slider, value) => {
    slider.value = value;
    slider.dispatchEvent(new Event("input"));
}, moment);

// What a reader sees: the threads and their code below the picture, and the highlighted lines, each
// found by where it is on the screen.
const highlighted = (replay) => replay.evaluate((replay) => {
    const rows = [...replay.querySelectorAll(".replay-places span")].filter((it) => it.checkVisibility());
    const lines = [...document.querySelectorAll(".here")].filter((it) => it.checkVisibility()).map((strip) => {
        const block = strip.closest(".code");
        const { top, bottom } = strip.getBoundingClientRect();
        let [offset, number, found] = [0, 0, null];
        const nodes = document.createTreeWalker(block.querySelector("code"), NodeFilter.SHOW_TEXT);
        for (const text of block.querySelector("code").textContent.split("\n")) {
            // The first letter of the line that is not a blank.
            let letter = offset + text.search(/\S/);
            offset += text.length + 1;
            while (text.trim() && letter >= (nodes.currentNode.length ?? 0)) {
                const length = nodes.currentNode.length ?? 0;
                [letter, offset] = [letter - length, offset - length];
                nodes.nextNode();
            }
            if (text.trim()) {
                const range = document.createRange();
                range.setStart(nodes.currentNode, letter);
                range.setEnd(nodes.currentNode, letter + 1);
                const box = range.getBoundingClientRect();
                const middle = (box.top + box.bottom) / 2;
                if (top < middle && middle < bottom) {
                    found = `${block.dataset.file}:${Number(block.dataset.line) + number}: ${text.trim()}`;
                }
            }
            number++;
        }
        return `${found}: ${strip.textContent}`;
    });
    return {
        rows: rows.map((row) => `${row.closest("div").querySelector("dt").textContent}: ${row.textContent}`),
        lines: lines.sort(),
    };
});

// "main, workers 1, 2"
function label(threads) {
    const workers = threads.filter((who) => who !== "main").map((who) => who.replace("worker ", ""));
    const names = threads.includes("main") ? ["main"] : [];
    return [...names, ...(workers.length ? [`worker${workers.length > 1 ? "s" : ""} ${workers.join(", ")}`] : [])].join(", ");
}

// The lines that the code blocks of a page show, as "FILE:LINE".
const shownLines = (page) => page.evaluate(() => [...document.querySelectorAll(".code")].flatMap(({ dataset, textContent }) =>
    textContent.trim().split("\n").map((_, index) => `${dataset.file}:${Number(dataset.line) + index}`)));

for (const [name, viewport] of [
    ["basic", { width: 1280, height: 720 }],
    ["struct_pool", { width: 360, height: 740 }],
]) {
    test(`${name}: the lines where the threads are at a moment are highlighted`, async (t) => {
        const page = await open(t, `${name}.html`, { viewport });
        const shown = await shownLines(page);
        await openAll(page);
        // The lesson, and a mistake on the same page.
        for (const index of [0, places(`${name}.html`).length - 1]) {
            const { end, places: recorded } = places(`${name}.html`)[index];
            const replay = page.locator(".replay").nth(index);
            const changes = recorded.map(({ from }) => from).filter((at) => at <= end);
            const some = changes.filter((_, index) => index % Math.ceil(changes.length / 60) === 0);
            let most = 0;
            for (const moment of [0, ...some, ...[0.1, 0.4, 0.7].map((share) => Math.round(share * end)), end]) {
                await moveTo(replay, moment);
                const here = recorded.filter(({ from, to }) => from <= moment && moment < to);
                const lines = new Map();
                for (const { who, file, line, code } of here.filter(({ file, line }) => shown.includes(`${file}:${line}`))) {
                    const key = `${file}:${line}: ${code}`;
                    lines.set(key, [...(lines.get(key) ?? []), who]);
                }
                const expected = [...lines].map(([line, threads]) => `${line}: ${label(threads)}`);
                assert.deepEqual(await highlighted(replay), {
                    rows: here.map(({ who, code }) => `${who}: ${code}`),
                    lines: expected.sort(),
                }, `replay ${index} at ${moment}`);
                most = Math.max(most, lines.size);
            }
            assert.ok(most >= 2, `replay ${index}: ${most} lines at once`);
        }
    });
}

test("no line is highlighted before anybody plays, without a script, or on paper", async (t) => {
    const page = await open(t, "basic.html");
    const replay = page.locator(".gate .replay");
    const lines = async () => (await highlighted(replay)).lines.length;
    assert.equal(await lines(), 0);
    await page.locator("details.gate > summary").click();
    await replay.locator("[data-do=forward]").click();
    assert.equal(await lines(), 1); // main makes the channel
    await page.emulateMedia({ media: "print" });
    assert.equal(await lines(), 0);

    const plain = await open(t, "basic.html", { javaScriptEnabled: false });
    await plain.locator("details.gate > summary").click();
    assert.equal(await plain.locator(".replay-places").first().isVisible(), false);
    assert.equal(await plain.locator(".here").count(), 0);
});

// Of each colour of the code on a highlighted line: a text that has it, and its contrast.
const contrasts = (page) => page.evaluate(() => {
    const light = (color) => {
        const parts = color.match(/[\d.]+/g).slice(0, 3).map((part) => part / 255);
        const [red, green, blue] = parts.map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
    };
    const behind = light(getComputedStyle(document.querySelector(".here"), "::before").backgroundColor);
    const texts = [...document.querySelectorAll(".code code, .code code span")];
    const colors = new Map(texts.map((text) => [getComputedStyle(text).color, text.textContent.slice(0, 20)]));
    return [...colors].map(([color, text]) => {
        const ratio = light(color) / behind;
        return [text, Math.max(ratio, 1 / ratio)];
    });
});

for (const colorScheme of ["light", "dark"]) {
    test(`highlighted lines fit, can be read and pass axe, ${colorScheme}`, async (t) => {
        for (const width of [360, 1280]) {
            const page = await open(t, "struct_pool.html", { viewport: { width, height: 740 }, colorScheme });
            await openAll(page);
            const replay = page.locator(".replay").first();
            await moveTo(replay, places("struct_pool.html")[0].end / 3);
            assert.ok((await highlighted(replay)).lines.length > 0);
            // Axe does not look at what is behind the code.
            for (const [text, ratio] of await contrasts(page)) {
                assert.ok(ratio >= 4.5, `${text}: ${ratio}`);
            }
            const wide = await page.evaluate(() => document.scrollingElement.scrollWidth);
            assert.ok(wide <= width, `${wide} pixels wide on ${width}`);
            if (width === 360) {
                continue; // axe does not know that a browser lets the keyboard scroll the code
            }
            assert.deepEqual(await findings(page, colorScheme, ".code, .replay"), []);
        }
    });
}
