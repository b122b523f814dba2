// Steps through the stories of a page. A story is finished without this script: it only hides the
// steps that come later.
"use strict";

(() => {
    for (const story of document.querySelectorAll(".story")) {
        start(story);
    }

    function start(story) {
        const find = (selector) => story.querySelector(selector);
        const stage = find(".story-stage");
        const voice = find(".story-voice");
        const next = find("[data-do=next]");
        const rows = [...story.querySelectorAll("tbody tr")];
        const question = rows.findIndex((row) => row.matches(".story-question"));
        const why = find(".story-why"); // it comes with the last row

        let now = 0; // so many rows are shown

        story.classList.add("stepping");
        find(".story-controls").hidden = false;
        find("[data-do=back]").addEventListener("click", () => go(now - 1));
        next.addEventListener("click", () => go(now + 1));
        find("[data-do=restart]").addEventListener("click", () => go(0));
        story.addEventListener("keydown", key);
        show(0);

        function show(count) {
            now = Math.min(Math.max(count, 0), rows.length);
            rows.forEach((row, index) => {
                row.classList.toggle("later", index >= now);
                if (index === now - 1) {
                    row.setAttribute("aria-current", "step");
                } else {
                    row.removeAttribute("aria-current");
                }
            });
            why.classList.toggle("later", now < rows.length);
            next.textContent = now === question + 1 ? "Show what happens" : "Next";
            find("[data-do=back]").setAttribute("aria-disabled", now === 0);
            find("[data-do=restart]").setAttribute("aria-disabled", now === 0);
            next.setAttribute("aria-disabled", now === rows.length);
            follow();
        }

        function go(count) {
            show(count);
            voice.textContent = now === 0 ? "The beginning" : rows[now - 1].dataset.says;
        }

        // Keeps the row in sight, and on a narrow screen the cell in which something happens.
        function follow() {
            const row = rows[Math.max(now - 1, 0)];
            const head = story.querySelector("thead").offsetHeight;
            const bottom = row.offsetTop + row.offsetHeight - stage.clientHeight;
            stage.scrollTop = Math.max(Math.min(stage.scrollTop, row.offsetTop - head), bottom);
            const cell = [...row.cells].find((it) => it.matches("td") && it.textContent);
            const right = cell.offsetLeft + cell.offsetWidth - stage.clientWidth;
            stage.scrollLeft = Math.min(Math.max(stage.scrollLeft, right), cell.offsetLeft);
        }

        function key(event) {
            if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) {
                return;
            }
            const act = {
                ArrowLeft: () => go(now - 1),
                ArrowRight: () => go(now + 1),
                Home: () => go(0),
                // Not past the question.
                End: () => go(now <= question ? question + 1 : rows.length),
            }[event.key];
            if (act) {
                act();
                event.preventDefault(); // the stage would scroll as well
                event.stopPropagation(); // and a book would turn its page
            }
        }
    }
})();
