/** axe-core in the page: what would keep somebody from using it. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export type Finding = { readonly rule: string; readonly impact: string; readonly where: readonly string[] };

type Violation = {
	readonly id: string;
	readonly impact: string | null;
	readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
};

declare global {
	interface Window {
		readonly axe: { readonly run: (root: Document, options: object) => Promise<{ readonly violations: readonly Violation[] }> };
	}
}

/** Serious and critical findings of WCAG 2.2 AA. */
export async function findings(page: Page): Promise<readonly Finding[]> {
	// Through the debugger's door: the page's own policy rightly allows no script from elsewhere.
	await page.evaluate(axe);
	return page.evaluate(async () => {
		const { violations } = await window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] });
		// A picture is zoomed to fit, so the size of what is in it is not its own. WCAG 2.5.8 allows that where another control of the
		// page does the same: the tree of the graph, the steps of a journey and its button "All steps".
		const zoomed = (rule: string, target: string) =>
			rule === "target-size" && document.querySelector(target)?.closest(".react-flow") !== null && document.querySelector(target) !== null;
		return violations
			.filter((v) => v.impact === "serious" || v.impact === "critical")
			.map((v) => ({
				rule: v.id,
				impact: v.impact ?? "",
				where: v.nodes
					.map((n) => ({ target: n.target.map(String).join(" "), why: n.failureSummary ?? "" }))
					.filter((n) => !zoomed(v.id, n.target))
					.slice(0, 5)
					.map((n) => `${n.target}: ${n.why}`),
			}))
			.filter((f) => f.where.length > 0);
	});
}
