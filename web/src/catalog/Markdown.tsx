import { type ReactNode, useMemo } from "react";
import styles from "./Markdown.module.css";
import { type Block, type Inline, readMarkdown } from "./readMarkdown";

/** What people wrote of a thing. It holds no HTML and loads nothing. */
export function Markdown({ text }: { readonly text: string }) {
	const blocks = useMemo(() => readMarkdown(text), [text]);
	return (
		<div className={styles.text}>
			{blocks.map((b, i) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: parts of a text have no other identity
				<BlockOf key={i} block={b} />
			))}
		</div>
	);
}

function BlockOf({ block }: { readonly block: Block }): ReactNode {
	switch (block.kind) {
		case "heading":
			// The page and its parts have the two levels above.
			return block.level <= 2 ? <h3>{inlines(block.of)}</h3> : <h4>{inlines(block.of)}</h4>;
		case "paragraph":
			return <p>{inlines(block.of)}</p>;
		case "quote":
			return <blockquote>{inlines(block.of)}</blockquote>;
		case "code":
			return (
				// biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
				<pre tabIndex={0}>{block.text}</pre>
			);
		case "list": {
			const items = block.items.map((item, i) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: as above
				<li key={i}>{inlines(item)}</li>
			));
			return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
		}
	}
}

function inlines(of: readonly Inline[]): ReactNode {
	return of.map((one, i) => {
		const key = `${i}`;
		switch (one.kind) {
			case "text":
				return one.text;
			case "code":
				return <code key={key}>{one.text}</code>;
			case "strong":
				return <strong key={key}>{inlines(one.of)}</strong>;
			case "em":
				return <em key={key}>{inlines(one.of)}</em>;
			case "link":
				return (
					<a
						key={key}
						className="link"
						href={one.href}
						{...(one.href.startsWith("/") ? {} : { target: "_blank", rel: "noreferrer noopener" })}
					>
						{inlines(one.of)}
					</a>
				);
		}
		return null;
	});
}
