// The calculator of the page how_many_workers: the formula and the simulation of the lesson.
"use strict";

(() => {
    const calculator = document.querySelector(".calculator");
    if (!calculator) {
        return;
    }
    const JOBS = 100_000;

    // All times are in seconds, and a load is how many workers would be busy if no job ever waited.

    // Erlang's formula C: the share of the jobs that find all workers busy.
    function shareWaiting(workers, load) {
        let lost = 1;
        for (let count = 1; count <= workers; count++) {
            lost = load * lost / (count + load * lost);
        }
        return lost / (1 - load / workers * (1 - lost));
    }

    function byFormula(workers, { rate, load }) {
        const share = shareWaiting(workers, load);
        const drain = rate * (workers - load) / load;
        const mean = share / drain;
        return { share, mean, at95: Math.max(0, Math.log(share / 0.05)) / drain, queue: rate * mean };
    }

    // The same numbers each time (mulberry32), but not those of Rust's generator.
    function generator(seed) {
        return () => {
            seed = (seed + 0x6d2b79f5) | 0;
            let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1);
            mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
            return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
        };
    }

    // When each job comes, and how long it takes.
    function jobsOf({ rate, length, jitter, arrivals }) {
        const random = generator(1);
        const comes = new Float64Array(JOBS);
        let now = 0;
        let left = 0; // of this burst
        for (let job = 0; job < JOBS; job++) {
            if (arrivals === "random") {
                now -= Math.log(1 - random()) / rate;
            } else if (arrivals === "regular" || left === 0) {
                now = job / rate;
                left = 1 + Math.floor(random() * rate);
            }
            left--;
            comes[job] = now;
        }
        const takes = comes.map(() => length * (1 + jitter * (2 * random() - 1)));
        return { comes, takes };
    }

    function simulate(workers, { comes, takes }) {
        const free = new Float64Array(workers); // when each worker is free: a heap, the first on top
        const waits = new Float64Array(JOBS);
        let [waited, waiting, end, left] = [0, 0, 0, 0];
        for (let job = 0; job < JOBS; job++) {
            const starts = Math.max(comes[job], free[0]);
            waits[job] = starts - comes[job];
            waited += waits[job];
            waiting += waits[job] > 1e-6; // more than what rounding leaves
            left += starts > comes[JOBS - 1] + 1e-6;
            end = Math.max(end, starts + takes[job]);
            replaceTop(free, starts + takes[job]);
        }
        waits.sort();
        const at95 = waits[Math.ceil(JOBS * 0.95) - 1];
        return { share: waiting / JOBS, mean: waited / JOBS, at95, queue: waited / end, left };
    }

    function replaceTop(heap, value) {
        let at = 0;
        for (;;) {
            let child = 2 * at + 1;
            if (child + 1 < heap.length && heap[child + 1] < heap[child]) {
                child++;
            }
            if (child >= heap.length || heap[child] >= value) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = value;
    }

    // The flags of the lesson, as the controls have them now.
    function service() {
        const value = (name) => calculator.querySelector(`[name=${name}]`).value;
        const [rate, workMs, jitter] = ["rate", "work-ms", "jitter"].map((name) => Number(value(name)));
        const arrivals = value("arrivals");
        const work = rate * workMs; // each second, in milliseconds: a whole number
        const byChance = arrivals !== "regular" || jitter > 0;
        return {
            rate,
            arrivals,
            byChance,
            length: workMs / 1000,
            jitter: jitter / 100,
            load: work / 1000,
            target: Number(value("target-wait-ms")) / 1000,
            fewest: byChance ? Math.floor(work / 1000) + 1 : Math.max(1, Math.ceil(work / 1000)),
        };
    }

    // Whether these are enough jobs to tell how they wait.
    function isSettled(workers, { rate, load, fewest, arrivals, byChance }) {
        const spare = Math.max(0, Math.sqrt(workers) - Math.sqrt(load));
        const lengths = byChance ? Math.max(1, spare ** -2) : 1;
        const burst = arrivals === "bursts" ? rate : 0;
        return workers >= fewest && JOBS >= 30 * Math.max(lengths * load, burst);
    }

    // The fewest workers that meet the target. More workers never make a job wait longer.
    function enough(flags, waits) {
        const meets = (workers) => isSettled(workers, flags) && waits(workers).at95 <= flags.target;
        let tooFew = flags.fewest - 1;
        let workers = flags.fewest;
        for (let step = 1; !meets(workers); step *= 2) {
            tooFew = workers;
            workers += step;
        }
        while (workers - tooFew > 1) {
            const middle = Math.floor((tooFew + workers) / 2);
            [tooFew, workers] = meets(middle) ? [tooFew, middle] : [middle, workers];
        }
        return workers;
    }

    function rows({ fewest }, workers) {
        const rows = new Set([Math.max(1, fewest - 1), workers, workers + 1, workers + 2]);
        const step = Math.floor((workers - fewest) / 6) + 1; // not too many rows
        for (let fewer = fewest; fewer < workers; fewer += step) {
            rows.add(fewer);
        }
        return [...rows].sort((one, other) => one - other);
    }

    const percent = (share) => {
        const rounded = Math.round(share * 100);
        return rounded === 0 && share > 0 ? "<1 %" : rounded === 100 && share < 1 ? ">99 %" : `${rounded} %`;
    };
    const time = (seconds) => {
        const millis = seconds * 1000;
        return millis < 5e-7 ? "0 ms" : millis < 0.05 ? "<0.1 ms" : millis < 9.95 ? `${millis.toFixed(1)} ms`
            : millis < 9999.5 ? `${millis.toFixed(0)} ms`
                : seconds < 600 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`;
    };
    const plural = (count) => (count === 1 ? "1 worker" : `${count} workers`);

    function cells({ share, mean, at95, queue }) {
        const texts = [percent(share), time(mean), time(at95), queue.toFixed(queue < 1000 ? 1 : 0)];
        return texts.map((text) => `<td>${text}</td>`).join("");
    }

    function row(workers, flags, waits) {
        const keepUp = workers > flags.load;
        const formula = keepUp ? cells(byFormula(workers, flags)) : "<td colspan=4>they cannot keep up</td>";
        const reason = workers < flags.fewest ? `at the end, ${waits(workers).left} jobs wait` : "too few jobs to tell";
        const simulated = isSettled(workers, flags) ? cells(waits(workers)) : `<td colspan=4>${reason}</td>`;
        const busy = percent(Math.min(1, flags.load / workers));
        return `<tr><th scope="row">${workers}</th><td>${busy}</td>${formula}${simulated}</tr>`;
    }

    function answer(workers, flags, waits) {
        const wait = `95 of 100 jobs wait at most ${time(waits(workers).at95)} (target ${time(flags.target)})`;
        const fewer = workers - 1;
        const others = fewer >= flags.fewest && !isSettled(fewer, flags) ? "; fewer may be enough"
            : flags.fewest > 1 ? `; ${flags.fewest - 1} cannot keep up` : "";
        return `${plural(workers)}: ${wait}${others}`;
    }

    // The curve: the same jobs, but they come more or less often.
    function curve(workers, flags, jobs) {
        const [left, right, top, bottom] = [70, 736, 20, 300];
        const now = flags.load / workers;
        const highest = Math.max(flags.target * 4, flags.length / 2);
        const x = (busy) => left + busy * (right - left);
        const y = (wait) => bottom - Math.min(1.1, wait / highest) * (bottom - top);
        const line = (wait) => [10, 20, 30, 40, 50, 60, 70, 80, 85, 90, 95, 98].map((at) => {
            const busy = at / 100;
            return `${x(busy).toFixed(1)},${y(wait(busy)).toFixed(1)}`;
        }).join(" ");
        const formula = line((busy) => {
            return byFormula(workers, { rate: flags.rate * busy / now, load: busy * workers }).at95;
        });
        const simulated = line((busy) => {
            const comes = jobs.comes.map((moment) => moment * now / busy);
            return simulate(workers, { comes, takes: jobs.takes }).at95;
        });
        const text = (x, y, anchor, text) => `<text x="${x}" y="${y}" text-anchor="${anchor}">${text}</text>`;
        const ticks = [0, 20, 40, 60, 80, 100];
        const target = y(flags.target);
        return `<clipPath id="calculator-plot"><rect x="${left}" y="${top}" width="${right}" height="${bottom}"/></clipPath>
            <path class="axis" d="M${left} ${top}V${bottom}H${right}"/>
            <path class="target" d="M${left} ${target}H${right}"/>
            <path class="now" d="M${x(now)} ${top}V${bottom}"/>
            <g clip-path="url(#calculator-plot)"><polyline class="formula" points="${formula}"/>
            <polyline class="simulated" points="${simulated}"/></g>
            ${text(left - 8, top + 5, "end", time(highest))}${text(left - 8, bottom + 4, "end", "0 ms")}
            ${text(left + 10, target - 6, "start", `target: ${time(flags.target)}`)}
            ${text(x(now) - 6, top + 12, "end", "now")}
            ${ticks.map((at) => text(x(at / 100), bottom + 22, "middle", `${at} %`)).join("")}
            ${text((left + right) / 2, bottom + 44, "middle", "how busy the workers are")}
            <path class="simulated" d="M${left} ${bottom + 62}h30"/>${text(left + 38, bottom + 67, "start", "simulated")}
            <path class="formula" d="M${left + 160} ${bottom + 62}h30"/>${text(left + 198, bottom + 67, "start", "by formula")}`;
    }

    function show() {
        const flags = service();
        const jobs = jobsOf(flags);
        const known = new Map();
        const waits = (workers) => {
            if (!known.has(workers)) {
                known.set(workers, simulate(workers, jobs));
            }
            return known.get(workers);
        };
        const workers = enough(flags, waits);
        const part = (name) => calculator.querySelector(`.calculator-${name}`);
        part("answer").textContent = answer(workers, flags, waits);
        part("rows").innerHTML = rows(flags, workers).map((it) => row(it, flags, waits)).join("");
        part("curve").innerHTML = curve(workers, flags, jobs);
        part("title").textContent = `95 of 100 jobs wait at most this long for ${plural(workers)}:`;
        for (const input of calculator.querySelectorAll("input")) {
            input.nextElementSibling.value = `${input.value} ${input.dataset.unit}`;
        }
    }

    calculator.hidden = false;
    let planned = 0;
    calculator.addEventListener("input", () => {
        cancelAnimationFrame(planned); // a slider moves faster than it is simulated
        planned = requestAnimationFrame(show);
    });
    show();
})();
