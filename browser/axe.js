// Looks with axe for what some people could not see, hear or reach on a page.
import { createRequire } from "node:module";

const SCRIPT = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
// In the dark, only the colours are different.
const RULES = { light: {}, dark: { runOnly: ["color-contrast", "link-in-text-block"] } };

// What axe finds, of each kind the first. `where` is a selector, or says what to leave out.
export async function findings(page, colorScheme, where = { exclude: [] }) {
    await page.addScriptTag({ path: SCRIPT });
    // Without preload: axe would ask for the styles once more, and a file may not.
    const options = { preload: false, ...RULES[colorScheme] };
    const run = ([where, options]) => window.axe.run(where, options);
    const { violations } = await page.evaluate(run, [where, options]);
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 120)}`);
}
