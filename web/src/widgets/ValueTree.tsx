/** A decoded value as a tree. The selected field is named by the numbers of the children that lead to it: 0.2.1. */
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { classes } from "../base/classes";
import { Icon } from "./Icon";
import styles from "./ValueTree.module.css";

export type TreeNode = {
	readonly name?: string;
	readonly kind: string;
	readonly type?: string;
	readonly value?: string;
	readonly items?: readonly TreeNode[];
	readonly off: number;
	readonly len: number;
	/** Who decoded it and all below it, when that was not the server. */
	readonly by?: "job";
	readonly reason?: string;
	/** Class of a value that the policy hides; what stands as its value is a token or a stand-in, never what was recorded. */
	readonly mask?: string;
};

type Line = { readonly path: string; readonly node: TreeNode; readonly depth: number; readonly open: boolean | undefined };

/** How deep a tree is open at first, and how many lines an open list may take. */
const openDepth = 3;
const openItems = 24;

export function childPath(parent: string, i: number): string {
	return parent === "" ? String(i) : `${parent}.${i}`;
}

/** The node at a path; undefined when there is none. The root's path is "". */
export function nodeAt(root: TreeNode, path: string): TreeNode | undefined {
	let node: TreeNode | undefined = root;
	if (path === "") return node;
	for (const part of path.split(".")) node = node?.items?.[Number(part)];
	return node;
}

/** The deepest node whose bytes hold the given one. */
export function pathAtByte(root: TreeNode, at: number): string | undefined {
	if (!holds(root, at)) return undefined;
	let path = "";
	let node = root;
	for (;;) {
		const i = node.items?.findIndex((item) => holds(item, at)) ?? -1;
		const next = node.items?.[i];
		if (next === undefined) return path;
		path = childPath(path, i);
		node = next;
	}
}

function holds(node: TreeNode, at: number): boolean {
	return node.len > 0 && at >= node.off && at < node.off + node.len;
}

function lines(root: TreeNode, bare: boolean, isOpen: (path: string, node: TreeNode, depth: number) => boolean): readonly Line[] {
	const out: Line[] = [];
	const walk = (node: TreeNode, path: string, depth: number) => {
		const branch = (node.items?.length ?? 0) > 0;
		const open = branch ? isOpen(path, node, depth) : undefined;
		out.push({ path, node, depth, open });
		if (open !== true) return;
		for (const [i, item] of (node.items ?? []).entries()) walk(item, childPath(path, i), depth + 1);
	};
	if (bare) for (const [i, item] of (root.items ?? []).entries()) walk(item, String(i), 0);
	else walk(root, "", 0);
	return out;
}

type Props = {
	readonly root: TreeNode;
	readonly label: string;
	readonly selected: string | undefined;
	readonly onSelect: (path: string) => void;
	/** The root is only what holds its items, and is not shown. */
	readonly bare?: boolean;
	/** Paths of what changed. */
	readonly changes?: ReadonlySet<string>;
	/** As long as this stays, what was opened and closed does too, though the values are others; absent: the root. */
	readonly foldsOf?: string;
};

export function ValueTree({ root, label, selected, onSelect, bare = false, changes, foldsOf }: Props) {
	const [changed, setChanged] = useState<ReadonlyMap<string, boolean>>(new Map());
	// biome-ignore lint/correctness/useExhaustiveDependencies: another value begins with its own folds
	useEffect(() => setChanged(new Map()), [foldsOf ?? root]);
	// What was selected elsewhere, by one of its bytes for example, is seen although the reader had folded what holds it.
	useEffect(() => {
		const within = (path: string) => selected !== undefined && selected !== path && selected.startsWith(path === "" ? "" : `${path}.`);
		setChanged((all) => {
			const kept = [...all].filter(([path, open]) => open || !within(path));
			return kept.length === all.size ? all : new Map(kept);
		});
	}, [selected]);
	const shown = useMemo(
		() =>
			lines(
				root,
				bare,
				(path, node, depth) =>
					changed.get(path) ??
					((depth < (bare ? 0 : openDepth) && (node.items?.length ?? 0) <= openItems) ||
						(selected?.startsWith(path === "" ? "" : `${path}.`) ?? false)),
			),
		[root, bare, changed, selected],
	);
	const current = shown.findIndex((l) => l.path === selected);
	const box = useRef<HTMLDivElement>(null);
	useEffect(() => {
		if (current >= 0) box.current?.querySelector('[aria-selected="true"]')?.scrollIntoView?.({ block: "nearest" });
	}, [current]);
	const fold = (line: Line, open: boolean) => setChanged(new Map(changed).set(line.path, open));
	const onKeyDown = (e: KeyboardEvent) => {
		const line = shown[current];
		const to = (i: number) => {
			const next = shown[Math.max(0, Math.min(shown.length - 1, i))];
			if (next !== undefined) onSelect(next.path);
		};
		switch (e.key) {
			case "ArrowDown":
				to(current + 1);
				break;
			case "ArrowUp":
				to(current - 1);
				break;
			case "Home":
				to(0);
				break;
			case "End":
				to(shown.length - 1);
				break;
			case "ArrowRight":
				if (line?.open === false) fold(line, true);
				else if (line?.open === true) to(current + 1);
				break;
			case "ArrowLeft":
				if (line?.open === true) fold(line, false);
				else if (line !== undefined && line.path !== "" && (!bare || line.depth > 0)) onSelect(line.path.split(".").slice(0, -1).join("."));
				break;
			default:
				return;
		}
		e.preventDefault();
	};
	return (
		<div ref={box} role="tree" aria-label={label} className={styles.tree} tabIndex={0} onKeyDown={onKeyDown}>
			{shown.map((l) => (
				// The tree itself takes the keys.
				// biome-ignore lint/a11y/useKeyWithClickEvents: see above
				<div
					key={l.path}
					role="treeitem"
					aria-level={l.depth + 1}
					aria-expanded={l.open}
					aria-selected={l.path === selected}
					className={classes(styles.line, l.path === selected && styles.selected, changes?.has(l.path) === true && styles.changed)}
					style={{ paddingLeft: 12 + l.depth * 16 }}
					onClick={() => onSelect(l.path)}
				>
					{l.open === undefined ? (
						<span className={styles.twist} />
					) : (
						// biome-ignore lint/a11y/useKeyWithClickEvents: arrow keys do the same
						// biome-ignore lint/a11y/noStaticElementInteractions: arrow keys do the same
						<span
							className={styles.twist}
							onClick={(e) => {
								e.stopPropagation();
								fold(l, l.open !== true);
							}}
						>
							<Icon name={l.open ? "down" : "right"} size="s" />
						</span>
					)}
					<span className={styles.name}>{l.node.name ?? (l.depth === 0 ? "value" : `[${l.path.split(".").at(-1)}]`)}</span>
					{changes?.has(l.path) === true && <span className="hide">changed</span>}
					<Value node={l.node} open={l.open === true} />
					{l.node.by !== undefined && (
						<span className={styles.by} title="The job's own classes decoded this, in a process of their own.">
							by the job's classes
						</span>
					)}
					<span className={styles.type}>{l.node.reason ?? l.node.mask ?? l.node.type ?? ""}</span>
				</div>
			))}
		</div>
	);
}

function summary(node: TreeNode): string {
	const n = node.items?.length ?? 0;
	switch (node.kind) {
		case "list":
			return n === 1 ? "1 item" : `${n} items`;
		case "map":
			return n === 1 ? "1 entry" : `${n} entries`;
		default:
			return node.value ?? "";
	}
}

const quoted = new Set(["string", "enum"]);

function Value({ node, open }: { readonly node: TreeNode; readonly open: boolean }) {
	if (node.mask !== undefined) {
		return (
			<span className="mask" title={`masked: ${node.mask}`}>
				<Icon name="mask" />
				{node.value ?? "***"}
			</span>
		);
	}
	if (node.kind === "null") return <span className={classes("mono", "dim")}>null</span>;
	if (node.kind === "opaque" || node.kind === "cut") {
		return <span className={classes("mono", "dim")}>{node.kind === "cut" ? "…" : `<${node.type ?? "not decoded"}>`}</span>;
	}
	if (node.items !== undefined) return <span className={classes("mono", open ? "dim" : "mid")}>{summary(node)}</span>;
	const text = node.value ?? "";
	return <span className={classes("mono", styles.value, styles[node.kind])}>{quoted.has(node.kind) ? `"${text}"` : text}</span>;
}
