import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { Annotation, Compartment, EditorState, type Extension, type Range } from "@codemirror/state";
import {
	Decoration,
	type DecorationSet,
	EditorView,
	keymap,
	lineNumbers,
	placeholder,
	ViewPlugin,
	type ViewUpdate,
} from "@codemirror/view";
import { type Ref, useEffect, useImperativeHandle, useRef } from "react";
import styles from "./TextEditor.module.css";

/** A line that something is said about; lines count from 1. */
export type LineMark = { readonly line: number; readonly text: string; readonly wrong: boolean };

export type TextHandle = { readonly goTo: (line: number) => void };

type Props = {
	readonly label: string;
	/** What was put in from outside; another object puts a text in again. */
	readonly given: { readonly text: string };
	readonly marks?: readonly LineMark[];
	readonly readOnly?: boolean;
	readonly hint?: string;
	readonly handle?: Ref<TextHandle>;
	readonly onChange?: (text: string) => void;
};

/** YAML and JSON: notes, names before a colon, texts, numbers. Protobuf's texts and numbers look the same. */
const pieces =
	/(?<note>(?:^|\s)#[^\n]*|\/\/[^\n]*)|(?<key>"(?:[^"\\\n]|\\.)*"(?=\s*:)|[A-Za-z_][\w.-]*(?=:(?:\s|$)))|(?<str>"(?:[^"\\\n]|\\.)*"?|'(?:[^'\n]|'')*'?)|(?<num>\b\d[\w.]*\b)/gm;

function coloured(view: EditorView): DecorationSet {
	const ranges: Range<Decoration>[] = [];
	// Only what is on the screen: a schema may have a megabyte.
	for (const { from, to } of view.visibleRanges) {
		for (const m of view.state.doc.sliceString(from, to).matchAll(pieces)) {
			const kind = Object.entries(m.groups ?? {}).find(([, found]) => found !== undefined)?.[0];
			const look = kind === undefined ? undefined : styles[kind];
			if (look !== undefined) ranges.push(Decoration.mark({ class: look }).range(from + m.index, from + m.index + m[0].length));
		}
	}
	return Decoration.set(ranges);
}

const colours = ViewPlugin.fromClass(
	class {
		decorations: DecorationSet;
		constructor(view: EditorView) {
			this.decorations = coloured(view);
		}
		update(u: ViewUpdate) {
			if (u.docChanged || u.viewportChanged) this.decorations = coloured(u.view);
		}
	},
	{ decorations: (p) => p.decorations },
);

function marked(marks: readonly LineMark[], state: EditorState): Extension {
	const byLine = new Map<number, { wrong: boolean; text: string }>();
	for (const m of marks) {
		if (m.line < 1 || m.line > state.doc.lines) continue;
		const before = byLine.get(m.line);
		byLine.set(m.line, { wrong: m.wrong || before?.wrong === true, text: before === undefined ? m.text : `${before.text}\n${m.text}` });
	}
	const ranges = [...byLine]
		.sort(([a], [b]) => a - b)
		.map(([line, m]) =>
			Decoration.line({ class: (m.wrong ? styles.wrong : styles.told) ?? "", attributes: { title: m.text } }).range(
				state.doc.line(line).from,
			),
		);
	return EditorView.decorations.of(Decoration.set(ranges));
}

/** Marks a change that came from outside, which is nobody's typing. */
const given = Annotation.define<boolean>();

/** A text of many lines, with numbers, colours, and marks at lines. Tab leaves it: people without a mouse must get out. */
export function TextEditor(props: Props) {
	const host = useRef<HTMLDivElement>(null);
	const view = useRef<EditorView>(undefined);
	const now = useRef(props);
	now.current = props;
	const marks = useRef(new Compartment());
	const locked = useRef(new Compartment());

	useEffect(() => {
		if (host.current === null) return;
		const { label, hint } = now.current;
		const editor = new EditorView({
			parent: host.current,
			state: EditorState.create({
				doc: now.current.given.text,
				extensions: [
					lineNumbers(),
					history(),
					colours,
					marks.current.of([]),
					locked.current.of([]),
					hint === undefined ? [] : placeholder(hint),
					keymap.of([...historyKeymap, ...defaultKeymap]),
					EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", spellcheck: "false", autocapitalize: "off" }),
					EditorView.updateListener.of((u) => {
						if (u.docChanged && !u.transactions.some((t) => t.annotation(given) === true)) now.current.onChange?.(u.state.doc.toString());
					}),
				],
			}),
		});
		view.current = editor;
		return () => editor.destroy();
	}, []);

	useEffect(() => {
		const v = view.current;
		const { text } = props.given;
		if (v === undefined || v.state.doc.toString() === text) return;
		v.dispatch({ changes: { from: 0, to: v.state.doc.length, insert: text }, annotations: given.of(true) });
	}, [props.given]);

	const list = props.marks;
	// biome-ignore lint/correctness/useExhaustiveDependencies: another text has other lines
	useEffect(() => {
		const v = view.current;
		if (v === undefined) return;
		const all = list ?? [];
		v.contentDOM.setAttribute("aria-invalid", String(all.some((m) => m.wrong)));
		v.dispatch({ effects: marks.current.reconfigure(marked(all, v.state)) });
	}, [list, props.given]);

	const readOnly = props.readOnly === true;
	useEffect(() => {
		const v = view.current;
		v?.contentDOM.setAttribute("aria-readonly", String(readOnly));
		v?.dispatch({ effects: locked.current.reconfigure(EditorState.readOnly.of(readOnly)) });
	}, [readOnly]);

	useImperativeHandle(props.handle, () => ({
		goTo: (line) => {
			const v = view.current;
			if (v === undefined) return;
			const at = v.state.doc.line(Math.max(1, Math.min(v.state.doc.lines, line)));
			v.dispatch({ selection: { anchor: at.from, head: at.to }, scrollIntoView: true });
			v.focus();
		},
	}));
	return <div ref={host} className={styles.editor} />;
}
