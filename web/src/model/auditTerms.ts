/** The filter of the audit page as text: who:ann action:topic:* resource:orders outcome:denied. A bare word is part of who. */

export type AuditTerms = {
	readonly who?: string;
	readonly action?: string;
	readonly resource?: string;
	readonly outcome?: string;
};

const names = ["who", "action", "resource", "outcome"] as const;
type Name = (typeof names)[number];

function nameOf(word: string): Name | undefined {
	return names.find((n) => word.startsWith(`${n}:`));
}

/** Of a name that is given twice the last counts. */
export function readAuditTerms(text: string): AuditTerms {
	const out: { -readonly [K in Name]?: string } = {};
	for (const word of text.split(/\s+/)) {
		const name = nameOf(word);
		const value = name === undefined ? word : word.slice(name.length + 1);
		if (value !== "") out[name ?? "who"] = value;
	}
	return out;
}

export function writeAuditTerms(terms: AuditTerms): string {
	return names.flatMap((n) => (terms[n] === undefined || terms[n] === "" ? [] : [`${n}:${terms[n]}`])).join(" ");
}
