import { render } from "@testing-library/react";
import { createElement } from "react";
import { describe, expect, it } from "vitest";
import { forSeeds } from "../../test/random";
import { Markdown } from "./Markdown";
import { type Inline, readInline, readMarkdown, safeHref } from "./readMarkdown";

function words(of: readonly Inline[]): string {
	return of.map((i) => ("text" in i ? i.text : words(i.of))).join("");
}

describe("docs in Markdown", () => {
	it("have headings, paragraphs, lists, quotes and code", () => {
		const blocks = readMarkdown("# Orders\nof the\nshop\n\n- one\n- two\n  goes on\n\n1. first\n\n> said\n\n```sql\nSELECT *\n```\nend");
		expect(blocks.map((b) => b.kind)).toEqual(["heading", "paragraph", "list", "list", "quote", "code", "paragraph"]);
		expect(blocks[1]?.kind === "paragraph" && words(blocks[1].of)).toBe("of the shop");
		expect(blocks[2]?.kind === "list" && blocks[2].items.map(words)).toEqual(["one", "two goes on"]);
		expect(blocks[3]?.kind === "list" && blocks[3].ordered).toBe(true);
		expect(blocks[5]).toEqual({ kind: "code", text: "SELECT *" });
	});

	it("have emphasis, code and links inside of lines", () => {
		expect(readInline("**a *b*** `c*d` _e_ snake_case_name 2*3*4 \\*f\\*").map((i) => i.kind)).toContain("strong");
		expect(words(readInline("snake_case_name"))).toBe("snake_case_name");
		expect(readInline("see [the *book*](https://x.example/a) or https://y.example/b.")).toEqual([
			{ kind: "text", text: "see " },
			{
				kind: "link",
				href: "https://x.example/a",
				of: [
					{ kind: "text", text: "the " },
					{ kind: "em", of: [{ kind: "text", text: "book" }] },
				],
			},
			{ kind: "text", text: " or " },
			{ kind: "link", href: "https://y.example/b", of: [{ kind: "text", text: "https://y.example/b" }] },
			{ kind: "text", text: "." },
		]);
	});

	it("lead nowhere but to the web, to mail and to pages here", () => {
		for (const href of ["https://x.example", "HTTP://x", "mailto:a@b.c", "/c/stream:demo/orders"]) expect(safeHref(href), href).toBe(href);
		for (const href of [
			"javascript:alert(1)",
			"java\nscript:alert(1)",
			"data:text/html,x",
			"//evil.example",
			"/\\evil.example",
			"vbscript:x",
			"x",
			"",
		])
			expect(safeHref(href), href).toBeUndefined();
	});

	it("hold no HTML, no pictures and no scripts, whatever is written", () => {
		const evil = [
			"<script>alert(1)</script>",
			"<img src=x onerror=alert(1)>",
			"![p](https://x.example/p.png)",
			"[a](javascript:alert(1))",
			"[a](data:text/html,<script>)",
			"<a href='javascript:alert(1)'>x</a>",
		];
		forSeeds(200, (r) => {
			const text = r.list(1, 8, () => r.pick([...evil, r.text()])).join(r.pick([" ", "\n", "\n\n"]));
			const { container, unmount } = render(createElement(Markdown, { text }));
			for (const element of container.querySelectorAll("*")) {
				expect(["DIV", "P", "H3", "H4", "UL", "OL", "LI", "PRE", "CODE", "STRONG", "EM", "A", "BLOCKQUOTE"]).toContain(element.tagName);
				for (const name of element.getAttributeNames()) expect(["class", "href", "target", "rel", "tabindex"]).toContain(name);
			}
			for (const a of container.querySelectorAll("a")) expect(safeHref(a.getAttribute("href") ?? "")).toBeDefined();
			unmount();
		});
	});
});
