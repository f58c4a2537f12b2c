/**
 * The part of Markdown that docs of the catalog need, read into a tree: headings, paragraphs, lists, quotes, code, emphasis and links.
 * There is no HTML: what looks like some is text. Links go to the web, to mail and to pages here; others are text. Nothing is loaded.
 */

export type Inline =
	| { readonly kind: "text"; readonly text: string }
	| { readonly kind: "code"; readonly text: string }
	| { readonly kind: "strong" | "em"; readonly of: readonly Inline[] }
	| { readonly kind: "link"; readonly href: string; readonly of: readonly Inline[] };

export type Block =
	| { readonly kind: "heading"; readonly level: number; readonly of: readonly Inline[] }
	| { readonly kind: "paragraph" | "quote"; readonly of: readonly Inline[] }
	| { readonly kind: "list"; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] }
	| { readonly kind: "code"; readonly text: string };

/** So many marks inside of one another are read; deeper ones are text. */
const deepest = 8;

/** Undefined: that is no link that leads somewhere harmless. */
export function safeHref(href: string): string | undefined {
	// Browsers leave signs out that cannot be seen: "java\nscript:".
	if (/[\p{Cc}\s]/u.test(href)) return undefined;
	if (/^(?:https?:\/\/|mailto:)/i.test(href)) return href;
	return /^\/(?![/\\])/.test(href) ? href : undefined;
}

const marks =
	/(?<esc>\\[\\`*_[\]()#>+.!-])|(?<tick>`+)(?<code>[^`]+)\k<tick>(?!`)|\*\*(?<strong>\S(?:[^*]|\*(?!\*))*?)\*\*|(?<![\p{L}\p{N}_])_(?<em1>[^_\n]+)_(?![\p{L}\p{N}_])|\*(?<em2>[^*\s](?:[^*\n]*[^*\s])?)\*|\[(?<label>[^[\]\n]+)\]\((?<href>[^()\s]+)\)|(?<bare>https?:\/\/[^\s<>()]*[^\s<>().,;:!?'"])/gu;

export function readInline(source: string, depth = 0): readonly Inline[] {
	if (depth >= deepest) return [{ kind: "text", text: source }];
	const out: Inline[] = [];
	const say = (said: string) => {
		const last = out.at(-1);
		if (said === "") return;
		if (last?.kind === "text") out[out.length - 1] = { kind: "text", text: last.text + said };
		else out.push({ kind: "text", text: said });
	};
	let at = 0;
	for (const m of source.matchAll(marks)) {
		say(source.slice(at, m.index));
		at = m.index + m[0].length;
		const g = m.groups ?? {};
		if (g.esc !== undefined) say(g.esc.slice(1));
		else if (g.code !== undefined) out.push({ kind: "code", text: g.code.trim() });
		else if (g.strong !== undefined) out.push({ kind: "strong", of: readInline(g.strong, depth + 1) });
		else if (g.em1 !== undefined || g.em2 !== undefined) out.push({ kind: "em", of: readInline(g.em1 ?? g.em2 ?? "", depth + 1) });
		else {
			const href = safeHref(g.href ?? g.bare ?? "");
			if (href === undefined) say(m[0]);
			else out.push({ kind: "link", href, of: g.label === undefined ? [{ kind: "text", text: href }] : readInline(g.label, depth + 1) });
		}
	}
	say(source.slice(at));
	return out;
}

const item = /^ {0,6}(?:[-*+]|(\d{1,9})[.)]) +(.*)$/;

export function readMarkdown(source: string): readonly Block[] {
	const out: Block[] = [];
	const lines = source.split(/\r?\n/);
	let i = 0;
	const lineAt = (at: number) => lines[at] ?? "";
	while (i < lines.length) {
		const line = lineAt(i);
		const fence = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
		if (fence !== undefined) {
			const end = lines.findIndex((l, at) => at > i && l.trim() === fence);
			out.push({ kind: "code", text: lines.slice(i + 1, end < 0 ? undefined : end).join("\n") });
			i = end < 0 ? lines.length : end + 1;
			continue;
		}
		const heading = /^ {0,3}(#{1,6}) +(.*?) *#* *$/.exec(line);
		if (heading?.[1] !== undefined) {
			out.push({ kind: "heading", level: heading[1].length, of: readInline(heading[2] ?? "") });
			i++;
			continue;
		}
		const first = item.exec(line);
		if (first !== null) {
			const items: string[] = [];
			for (; i < lines.length && lineAt(i).trim() !== ""; i++) {
				const next = item.exec(lineAt(i));
				if (next !== null) items.push(next[2] ?? "");
				else items.push(`${items.pop() ?? ""} ${lineAt(i).trim()}`);
			}
			out.push({ kind: "list", ordered: first[1] !== undefined, items: items.map((t) => readInline(t)) });
			continue;
		}
		if (line.trim() === "") {
			i++;
			continue;
		}
		const quote = /^ {0,3}>/.test(line);
		const words: string[] = [];
		for (; i < lines.length; i++) {
			const l = lineAt(i);
			if (l.trim() === "" || (words.length > 0 && /^ {0,3}(?:`{3}|~{3}|#{1,6} )/.test(l)) || (words.length > 0 && item.test(l))) break;
			if (/^ {0,3}>/.test(l) !== quote) break;
			words.push(l.replace(/^ {0,3}> ?/, quote ? "" : "$&").trim());
		}
		out.push({ kind: quote ? "quote" : "paragraph", of: readInline(words.join(" ")) });
	}
	return out;
}
