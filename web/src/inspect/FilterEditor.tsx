import {
	acceptCompletion,
	autocompletion,
	type CompletionContext,
	type CompletionResult,
	closeBrackets,
	closeCompletion,
	completionKeymap,
	completionStatus,
	moveCompletionSelection,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { Annotation, Compartment, EditorState, type Extension, Prec, type Range } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, placeholder as hint, keymap, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import { type Ref, useEffect, useImperativeHandle, useRef } from "react";
import type { Completions } from "../api/filter";
import { celTokens, type FilterProblem } from "../model/filter";
import styles from "./FilterField.module.css";

/** What others may do to the field. */
export type FilterHandle = { readonly focus: () => void };

type Props = {
	/** What was put into the field from outside; what is typed from then on is the editor's own. Another object puts a text in again. */
	readonly given: { readonly text: string };
	/** What stands in an empty field. */
	readonly placeholder: string;
	readonly problem: FilterProblem | undefined;
	readonly handle: Ref<FilterHandle>;
	readonly onChange: (text: string) => void;
	readonly onApply: () => void;
	readonly onUndo: () => void;
	readonly onFocus: () => void;
	readonly onBlur: () => void;
	/** What may stand at a place; undefined when nobody can tell. */
	readonly complete: (text: string, at: number, signal: AbortSignal) => Promise<Completions | undefined>;
};

const looks: Readonly<Record<string, string | undefined>> = {
	name: styles.name,
	text: styles.text,
	number: styles.number,
	sign: styles.sign,
};

function coloured(view: EditorView): DecorationSet {
	const text = view.state.doc.toString();
	const ranges: Range<Decoration>[] = [];
	for (const t of celTokens(text)) {
		const look = looks[t.kind];
		if (look !== undefined) ranges.push(Decoration.mark({ class: look }).range(t.at, t.at + t.text.length));
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
			if (u.docChanged) this.decorations = coloured(u.view);
		}
	},
	{ decorations: (p) => p.decorations },
);

/** The word at a problem's place, underlined. */
function underlined(problem: FilterProblem | undefined, length: number, text: string): Extension {
	if (problem === undefined || problem.at < 0 || length === 0) return [];
	const at = Math.min(problem.at, length - 1);
	const word = /^("(?:[^"\\]|\\.)*"?|[\p{L}\p{N}_]+|.)/u.exec(text.slice(at))?.[0] ?? "x";
	return EditorView.decorations.of(
		Decoration.set([Decoration.mark({ class: styles.wrong ?? "" }).range(at, Math.min(length, at + word.length))]),
	);
}

/** Takes the chosen completion, or the first: Enter is for the filter as it stands. */
function takeFirst(v: EditorView): boolean {
	const status = completionStatus(v.state);
	if (status !== "active") return status === "pending"; // a list is about to come: Tab does not leave the field then
	return acceptCompletion(v) || (moveCompletionSelection(true)(v) && acceptCompletion(v));
}

/** Marks a change that came from outside, which is nobody's typing. */
const given = Annotation.define<boolean>();

const oneLine = [
	EditorView.clipboardInputFilter.of((text) => text.replace(/\s*\n\s*/g, " ")),
	EditorState.transactionFilter.of((tr) => (tr.newDoc.lines > 1 ? [] : [tr])),
];

/** One line of CEL: coloured, completed from what is recorded, what is wrong underlined. */
export default function FilterEditor(props: Props) {
	const host = useRef<HTMLDivElement>(null);
	const view = useRef<EditorView>(undefined);
	const now = useRef(props);
	now.current = props;
	const marks = useRef(new Compartment());

	useEffect(() => {
		if (host.current === null) return;
		const source = async (c: CompletionContext): Promise<CompletionResult | null> => {
			const stop = new AbortController();
			c.addEventListener("abort", () => stop.abort());
			const found = await now.current.complete(c.state.doc.toString(), c.pos, stop.signal);
			if (found === undefined || found.items.length === 0) return null;
			return {
				from: found.from,
				to: found.to,
				filter: false,
				options: found.items.map((i) => ({
					label: i.text,
					type: i.kind,
					...(i.type === undefined ? {} : { detail: i.type }),
					...(i.detail === undefined || i.detail === "" ? {} : { info: i.detail }),
				})),
			};
		};
		const editor = new EditorView({
			parent: host.current,
			state: EditorState.create({
				doc: now.current.given.text,
				extensions: [
					oneLine,
					history(),
					closeBrackets(),
					colours,
					marks.current.of([]),
					hint(now.current.placeholder),
					autocompletion({
						override: [source],
						icons: false,
						defaultKeymap: false,
						selectOnOpen: false,
						interactionDelay: 0,
						activateOnTypingDelay: 150,
						tooltipClass: () => styles.completions ?? "",
					}),
					Prec.highest(
						keymap.of([
							{
								key: "Enter",
								run: (v) => {
									if (completionStatus(v.state) === "active" && acceptCompletion(v)) return true;
									closeCompletion(v); // also one that is still to come
									now.current.onApply();
									v.contentDOM.blur();
									return true;
								},
							},
							{ key: "Tab", run: takeFirst },
							{
								key: "Escape",
								stopPropagation: true,
								run: (v) => {
									const open = completionStatus(v.state) === "active";
									closeCompletion(v);
									if (open) return true;
									now.current.onUndo();
									v.contentDOM.blur();
									return true;
								},
							},
						]),
					),
					keymap.of(completionKeymap.filter((b) => b.key !== "Escape" && b.key !== "Enter")),
					keymap.of([...historyKeymap, ...defaultKeymap]),
					EditorView.contentAttributes.of({
						"aria-label": "Filter",
						"aria-describedby": "filter-problem",
						spellcheck: "false",
						autocapitalize: "off",
					}),
					EditorView.domEventHandlers({
						focus: () => now.current.onFocus(),
						blur: () => now.current.onBlur(),
					}),
					EditorView.updateListener.of((u) => {
						if (u.docChanged && !u.transactions.some((t) => t.annotation(given) === true)) now.current.onChange(u.state.doc.toString());
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
		v.dispatch({
			changes: { from: 0, to: v.state.doc.length, insert: text },
			selection: { anchor: text.length },
			annotations: given.of(true),
		});
	}, [props.given]);

	useEffect(() => {
		const v = view.current;
		if (v === undefined) return;
		v.contentDOM.setAttribute("aria-invalid", String(props.problem !== undefined));
		v.dispatch({ effects: marks.current.reconfigure(underlined(props.problem, v.state.doc.length, v.state.doc.toString())) });
	}, [props.problem]);

	useImperativeHandle(props.handle, () => ({
		focus: () => {
			const v = view.current;
			v?.dispatch({ selection: { anchor: 0, head: v.state.doc.length } });
			v?.focus();
		},
	}));
	return <div ref={host} className={styles.editor} />;
}
