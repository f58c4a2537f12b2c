import type { eventTypes, graphRoles, Severity, TargetKind } from "../../api/notification";
import type { NotificationTarget, NotificationWish } from "../../api/schema";

/** What stands in the form. Lists are texts with blanks between. */
export type Wish = {
	readonly kind: TargetKind;
	readonly url: string;
	readonly secret: string;
	readonly to: string;
	readonly topic: string;
	readonly name: string;
	readonly severity: Severity;
	readonly topics: string;
	readonly contracts: string;
	readonly types: ReadonlySet<(typeof eventTypes)[number]>;
	readonly roles: ReadonlySet<(typeof graphRoles)[number]>;
	readonly parties: string;
	readonly after: string;
	readonly remind: string;
};

export const emptyWish: Wish = {
	kind: "inbox",
	url: "",
	secret: "",
	to: "",
	topic: "",
	name: "",
	severity: "warning",
	topics: "",
	contracts: "",
	types: new Set(),
	roles: new Set(),
	parties: "",
	after: "",
	remind: "",
};

function words(text: string): string[] {
	return text.split(/[\s,]+/).filter((w) => w !== "");
}

/** What is asked for in any case is there. */
export function ready(w: Wish): boolean {
	switch (w.kind) {
		case "inbox":
			return true;
		case "webhook":
			return w.url.trim() !== "" && w.secret.trim().length >= 16;
		case "slack":
			return w.secret.trim() !== "";
		case "email":
			return words(w.to).length > 0;
		case "topic":
			return /^[^/\s]+\/[^/\s]+$/.test(w.topic.trim());
	}
}

function targetOf(w: Wish): NotificationTarget {
	switch (w.kind) {
		case "inbox":
		case "slack":
			return { kind: w.kind };
		case "webhook":
			return { kind: w.kind, url: w.url.trim() };
		case "email":
			return { kind: w.kind, to: words(w.to) };
		case "topic": {
			const [cluster = "", topic = ""] = w.topic.trim().split("/");
			return { kind: w.kind, cluster, topic };
		}
	}
}

export function wishBody(w: Wish): NotificationWish {
	const topics = words(w.topics);
	const contracts = words(w.contracts);
	const parties = words(w.parties);
	const secret = w.kind === "webhook" || w.kind === "slack" ? w.secret.trim() : "";
	return {
		...(w.name.trim() === "" ? {} : { name: w.name.trim() }),
		filter: {
			severity: w.severity,
			...(w.types.size === 0 ? {} : { types: [...w.types] }),
			...(topics.length === 0 ? {} : { topics }),
			...(contracts.length === 0 ? {} : { contracts }),
			...(w.roles.size === 0 ? {} : { roles: [...w.roles] }),
			...(w.roles.size === 0 || parties.length === 0 ? {} : { as: parties }),
		},
		target: targetOf(w),
		...(secret === "" ? {} : { secret }),
		...(w.after === "" ? {} : { after: w.after }),
		...(w.remind === "" ? {} : { remind: w.remind }),
	};
}
