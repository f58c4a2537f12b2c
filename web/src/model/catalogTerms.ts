/** The words of a search in the catalog. All have to be found; one may say where: owner:, tag:, field:, doc:, name:, cluster:. */

export const places = ["owner", "tag", "field", "doc", "name", "cluster"] as const;

export type Term = { readonly written: string; readonly place?: string; readonly word: string };

export function readTerms(q: string): readonly Term[] {
	return q
		.split(/\s+/)
		.filter((w) => w !== "")
		.map((written) => {
			const colon = written.indexOf(":");
			const place = places.find((p) => p === written.slice(0, colon).toLowerCase());
			const word = written.slice(colon + 1);
			return place === undefined || word === "" ? { written, word: written } : { written, place, word };
		});
}

/** The search without one of its words. */
export function withoutTerm(q: string, at: number): string {
	return readTerms(q)
		.filter((_, i) => i !== at)
		.map((t) => t.written)
		.join(" ");
}

/** Cuts a text where words of a search are in it. Together the pieces are the text. */
export function foundIn(text: string, q: string): readonly { readonly text: string; readonly found: boolean }[] {
	const low = text.toLowerCase();
	const inside = new Array<boolean>(text.length).fill(false);
	for (const { word } of readTerms(q)) {
		// A sign that gets longer in lower case would move the rest.
		if (low.length !== text.length) break;
		const w = word.toLowerCase();
		for (let at = low.indexOf(w); at >= 0; at = low.indexOf(w, at + w.length)) inside.fill(true, at, at + w.length);
	}
	const out: { text: string; found: boolean }[] = [];
	for (let i = 0; i < text.length; i++) {
		const last = out.at(-1);
		const found = inside[i] === true;
		if (last?.found === found) last.text += text[i];
		else out.push({ text: text[i] ?? "", found });
	}
	return out;
}
