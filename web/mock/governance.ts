/** What the made-up server says of contracts, schemas and impact. */
import * as c from "./contracts.ts";
import { impactRun, runningImpact } from "./impact.ts";
import { schemaDifference, schemaText, schemaVersions, subjects } from "./schemas.ts";

/** The rooms of the API that are answered here. */
export const governed: ReadonlySet<string> = new Set(["contracts", "violations", "impact", "subjects"]);

const list = (kind: string, items: readonly unknown[]) => ({ kind, version: 1, items });

/** Undefined: there is no such thing. */
export function governanceAnswer(path: string, q: URLSearchParams, method: string, empty: boolean, now: number): unknown {
	const [, room, id, what, name] = path.split("/").map(decodeURIComponent);
	switch (room) {
		case "contracts":
			return contractAnswer(id, what, name, q, method, empty, now);
		case "violations":
			return list("violation", empty ? [] : [c.violation(now)]);
		case "impact":
			if (id === undefined) return method === "POST" ? runningImpact(now) : list("impact", empty ? [] : [impactRun(now)]);
			if (what === "report") return { format: "markdown", media_type: "text/markdown", text: "# schema of orders-value" };
			return id === "imp-1" ? impactRun(now) : id === "imp-2" ? runningImpact(now) : undefined;
		case "subjects":
			if (id === undefined) return list("subject", empty ? [] : subjects(now));
			if (id !== "orders-value") return undefined;
			if (what === "difference") return schemaDifference;
			return name === undefined ? schemaVersions(now) : schemaText(now, Number(name));
		default:
			return path.endsWith("/contract-proposal") ? c.contractProposal : undefined;
	}
}

function contractAnswer(
	id: string | undefined,
	what: string | undefined,
	violation: string | undefined,
	q: URLSearchParams,
	method: string,
	empty: boolean,
	now: number,
): unknown {
	if (id === undefined)
		return method === "POST" ? c.contractApplied : list("contract", empty ? [] : [c.contract(now), c.quietContract(now)]);
	if (id === "lint") return c.contractLint;
	if (id === "pages" && what === undefined) return c.quietContract(now);
	if (id !== "orders") return undefined;
	switch (what) {
		case undefined:
			return c.contract(now);
		case "checks":
			return c.contractChecks(now);
		case "windows":
			return list("contract-window", c.contractWindows(now, q.get("check") ?? ""));
		case "versions":
			return list("contract-version", c.contractVersions(now));
		case "violations":
			return violation === "v-1" ? { ...c.violation(now), ...(method === "POST" ? { state: "acked", who: "local" } : {}) } : undefined;
		default:
			return undefined;
	}
}
