// Plays the replays of a page. A replay is finished without this script: it only hides what comes
// after the chosen moment. All times are microseconds from the beginning of the run.
"use strict";

(() => {
    let panels = 0;

    for (const replay of document.querySelectorAll(".replay")) {
        start(replay);
    }

    function start(replay) {
        const find = (selector) => replay.querySelector(selector);
        const all = (selector) => [...replay.querySelectorAll(selector)];
        const end = Number(replay.dataset.end);
        const controls = find(".replay-controls");
        const play = find("[data-do=play]");
        const speed = find("select");
        const slider = find("input");
        const clock = find("output");
        const voice = find(".replay-voice");
        const output = find(".replay-output");
        const picture = find(".replay-picture");
        const around = replay.closest("details");
        const list = all(".replay-steps li");
        const steps = list.map((item) => ({ at: Number(item.dataset.at), text: item.textContent }));
        // They appear, stay for a while, or grow: lines and marks, what is in a queue, bars.
        const later = all(".replay-stage [data-at]");
        const queued = all(".replay-queue [data-from]");
        const bars = all(".bar");
        const places = all(".replay-places [data-times]").map((element) => ({
            element,
            times: element.dataset.times.split(" ").map(Number),
            who: element.closest("div").querySelector("dt").textContent,
            line: [element.dataset.file, element.dataset.line].join(":"),
        }));
        const runs = all("g.run").map(reveal);
        const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

        let now = 0;
        let timer = null; // of the next frame, while it plays

        slider.max = end;
        controls.hidden = false;
        find(".replay-places")?.removeAttribute("hidden");
        find("[data-do=back]").addEventListener("click", () => step(-1));
        find("[data-do=forward]").addEventListener("click", () => step(1));
        play.addEventListener("click", toggle);
        slider.addEventListener("input", () => {
            pause();
            show(Number(slider.value));
            voice.textContent = ""; // what it said was another moment; the slider speaks itself
        });
        replay.addEventListener("keydown", key);
        // Whoever has just opened it follows the advice below: the arrows must not turn the page.
        around?.querySelector("summary").addEventListener("keydown", (event) => {
            const isStep = event.key === "ArrowLeft" || event.key === "ArrowRight";
            if (around.open && isStep && !event.defaultPrevented) {
                play.focus();
                key(event);
            }
        });
        show(0);
        voice.textContent = "Press Play, or step with the arrow keys.";

        // Shows the run up to this moment.
        function show(moment) {
            now = Math.min(Math.max(moment, 0), end);
            for (const element of later) {
                element.classList.toggle("later", Number(element.dataset.at) > now);
            }
            for (const { dataset, classList } of queued) {
                const left = "to" in dataset && Number(dataset.to) <= now;
                classList.toggle("later", Number(dataset.from) > now || left);
            }
            for (const { dataset, classList } of bars) {
                // How a job ends is not known while it runs.
                classList.toggle("running", Number(dataset.to) > now);
            }
            showPlaces();
            for (const run of runs) {
                follow(run(now));
            }
            const last = steps.findLastIndex((step) => step.at <= now);
            list.forEach((item, index) => {
                item.toggleAttribute("aria-current", index === last);
            });
            slider.value = now;
            clock.textContent = seconds(now);
            const text = last < 0 ? "the beginning" : steps[last].text;
            slider.setAttribute("aria-valuetext", `${seconds(now)}. ${text}`);
            if (output) {
                output.scrollTop = output.scrollHeight;
            }
        }

        // Shows at which lines of code the threads are, and tells the page around the replay.
        function showPlaces() {
            const here = places.filter(({ element, times }) => {
                // It comes, goes, comes, goes.
                const isHere = times.findLastIndex((at) => at <= now) % 2 === 0;
                element.classList.toggle("later", !isHere);
                return isHere;
            });
            const detail = here.map(({ who, line }) => ({ who, line }));
            replay.dispatchEvent(new CustomEvent("places", { bubbles: true, detail }));
        }

        // Keeps this part of the picture in sight: a share of its width.
        function follow(share) {
            if (share !== null) {
                picture.scrollLeft = picture.scrollWidth * share - picture.clientWidth / 2;
            }
        }

        // Goes to the next or the previous moment at which something happened.
        function step(direction) {
            pause();
            const moments = steps.map((step) => step.at);
            const target = direction > 0
                ? moments.find((at) => at > now) ?? end
                : moments.findLast((at) => at < now) ?? 0;
            show(target);
            say();
        }

        function say() {
            const here = steps.filter((step) => step.at === now).map((step) => step.text);
            // They have the same time: it is said once.
            const others = here.slice(1).map((text) => text.slice(text.indexOf(": ") + 2));
            voice.textContent = [here[0] ?? seconds(now), ...others].join("; ");
        }

        function toggle() {
            if (timer !== null) {
                pause();
                say();
                return;
            }
            if (now >= end) {
                show(0);
            }
            play.textContent = "Pause";
            voice.textContent = "";
            if (reducedMotion.matches) {
                nextStep();
            } else {
                timer = requestAnimationFrame((time) => frame(time, time));
            }
        }

        function frame(last, time) {
            show(now + (time - last) * 1000 * Number(speed.value));
            if (now >= end) {
                pause();
            } else {
                timer = requestAnimationFrame((next) => frame(time, next));
            }
        }

        // Without motion, it plays from step to step.
        function nextStep() {
            show(steps.find((step) => step.at > now)?.at ?? end);
            if (now >= end) {
                pause();
            } else {
                timer = setTimeout(nextStep, 800);
            }
        }

        function pause() {
            cancelAnimationFrame(timer);
            clearTimeout(timer);
            timer = null;
            play.textContent = "Play";
        }

        function key(event) {
            if (event.ctrlKey || event.altKey || event.metaKey || event.target === speed) {
                return;
            }
            const onButton = event.target.closest("button, summary");
            const act = {
                ArrowLeft: () => step(-1),
                ArrowRight: () => step(1),
                Home: () => { pause(); show(0); say(); },
                End: () => { pause(); show(end); say(); },
                " ": onButton ? null : toggle,
            }[event.key];
            if (act) {
                act();
                event.preventDefault(); // the slider and the page would move as well
                event.stopPropagation(); // so would a book, which turns its page
            }
        }
    }

    // Returns a function that draws a run up to a moment, and a line there. That function returns
    // where the line is, as a share of the picture's width; null if this run has not begun.
    function reveal(run) {
        const create = (name) => document.createElementNS("http://www.w3.org/2000/svg", name);
        const [from, to] = [Number(run.dataset.from), Number(run.dataset.to)];
        const [left, width] = [Number(run.dataset.left), Number(run.dataset.width)];
        const { y, height } = run.getBBox();
        const clip = create("clipPath");
        const box = create("rect");
        const line = create("line");
        clip.id = `replay-clip-${panels++}`;
        box.setAttribute("x", 0);
        line.setAttribute("class", "cursor");
        for (const [name, value] of [["y", y - 2], ["height", height + 4]]) {
            box.setAttribute(name, value);
        }
        line.setAttribute("y1", y - 2);
        line.setAttribute("y2", y + height + 2);
        clip.append(box);
        run.before(clip);
        run.after(line);
        run.setAttribute("clip-path", `url(#${clip.id})`);
        return (now) => {
            const share = Math.min(Math.max((now - from) / Math.max(to - from, 1), 0), 1);
            const x = left + width * share;
            box.setAttribute("width", x);
            line.setAttribute("x1", x);
            line.setAttribute("x2", x);
            const isOver = now < from || now > to;
            line.style.display = isOver ? "none" : "";
            return now < from ? null : x / run.ownerSVGElement.viewBox.baseVal.width;
        };
    }

    function seconds(moment) {
        return `${(moment / 1e6).toFixed(3)} s`;
    }
})();
