/** The filter's editor in tests: it is no input of HTML, so its text is read and typed through its own state. */
import { EditorView } from "@codemirror/view";
import { act, fireEvent } from "@testing-library/react";

function viewOf(field: HTMLElement): EditorView {
	const view = EditorView.findFromDOM(field);
	if (view === null) throw new Error("this is no editor");
	return view;
}

export function textOf(field: HTMLElement): string {
	return viewOf(field).state.doc.toString();
}

/** Replaces the whole text, as somebody would who types it over what is there. */
export function retype(field: HTMLElement, text: string): void {
	const view = viewOf(field);
	act(() =>
		view.dispatch({
			changes: { from: 0, to: view.state.doc.length, insert: text },
			selection: { anchor: text.length },
			userEvent: "input.type",
		}),
	);
}

export function press(field: HTMLElement, key: "Enter" | "Escape" | "Tab"): void {
	fireEvent.keyDown(field, { key, code: key, keyCode: { Enter: 13, Escape: 27, Tab: 9 }[key] });
}
