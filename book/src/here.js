// Highlights the lines of code at which the threads of a replay are, wherever the page shows them.
"use strict";

(() => {
    const blocks = [...document.querySelectorAll(".code")].map((block) => ({
        file: block.dataset.file,
        first: Number(block.dataset.line),
        code: block.querySelector("code"),
        lines: block.querySelector("code").textContent.trimEnd().split("\n").length,
    }));
    let shown = "";

    // A replay says who is at which line: { who: "worker 1", line: "src/bin/basic.rs:51" }.
    document.addEventListener("places", ({ detail: places }) => {
        const now = JSON.stringify(places);
        if (now === shown) {
            return;
        }
        shown = now;
        for (const strip of document.querySelectorAll(".here")) {
            strip.remove();
        }
        for (const block of blocks) {
            for (let index = 0; index < block.lines; index++) {
                const line = `${block.file}:${block.first + index}`;
                const here = places.filter((place) => place.line === line);
                if (here.length > 0) {
                    draw(block, index, here.map(({ who }) => who));
                }
            }
        }
    });

    // A strip behind a line, with a label. It does not touch the code, which has its own colours.
    function draw({ code, lines }, index, threads) {
        const style = getComputedStyle(code);
        const top = parseFloat(style.paddingTop);
        const height = (code.clientHeight - top - parseFloat(style.paddingBottom)) / lines;
        const strip = document.createElement("div");
        strip.className = "here";
        strip.ariaHidden = "true"; // the replay says it in words
        strip.style.height = `${height}px`;
        strip.style.top = `${code.offsetTop + top + index * height}px`;
        strip.append(label(threads));
        code.before(strip);
    }

    // "main, workers 1, 2". A narrow screen shows no "workers".
    function label(threads) {
        const numbers = threads.filter((who) => who !== "main").map((who) => who.split(" ")[1]);
        const label = document.createElement("span");
        const word = document.createElement("i");
        word.textContent = numbers.length > 1 ? "workers " : "worker ";
        const main = threads.includes("main") ? ["main"] : [];
        const workers = numbers.length > 0 ? [word, numbers.join(", ")] : [];
        const comma = main.length > 0 && workers.length > 0 ? [", "] : [];
        label.append(...main, ...comma, ...workers);
        return label;
    }
})();
