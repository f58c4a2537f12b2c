import { act, render } from "@testing-library/react";
import { useLayoutEffect } from "react";
import { describe, expect, it } from "vitest";
import { runCommand, useAvailableCommands, useCommand } from "./commandBus";
import type { CommandId } from "./keyboard";

function Doer({ id, run, enabled = true }: { readonly id: CommandId; readonly run: () => void; readonly enabled?: boolean }) {
	useCommand(id, run, enabled);
	return null;
}

/** Does what it is drawn with as soon as it is drawn for the second time. */
function Drawn({ n, done }: { readonly n: number; readonly done: number[] }) {
	useCommand("fit", () => done.push(n));
	useLayoutEffect(() => {
		if (n === 2) runCommand("fit");
	}, [n]);
	return null;
}

function Available() {
	return <output>{[...useAvailableCommands()].sort().join(" ")}</output>;
}

describe("a command", () => {
	it("is done by the newest that does it, and by the one before when that goes", () => {
		const done: string[] = [];
		const doers = (names: readonly string[]) => names.map((n) => <Doer key={n} id="close" run={() => done.push(n)} />);
		const { rerender, unmount } = render(doers(["panel"]));
		runCommand("close");
		rerender(doers(["panel", "dialog"]));
		runCommand("close");
		rerender(doers(["panel"]));
		runCommand("close");
		expect(done).toEqual(["panel", "dialog", "panel"]);
		unmount();
		expect(runCommand("close")).toBe(false);
	});

	it("that is switched off is nobody's", () => {
		const done: string[] = [];
		const run = () => done.push("x");
		const { rerender } = render(<Doer id="follow" run={run} enabled={false} />);
		expect(runCommand("follow")).toBe(false);
		rerender(<Doer id="follow" run={run} />);
		expect(runCommand("follow")).toBe(true);
		expect(done).toEqual(["x"]);
	});

	it("does what the last drawing of its doer says", () => {
		const done: number[] = [];
		const { rerender } = render(<Doer id="fit" run={() => done.push(1)} />);
		rerender(<Doer id="fit" run={() => done.push(2)} />);
		runCommand("fit");
		expect(done).toEqual([2]);
	});

	it("does so as soon as that is drawn", () => {
		const done: number[] = [];
		const { rerender } = render(<Drawn n={1} done={done} />);
		rerender(<Drawn n={2} done={done} />);
		expect(done).toEqual([2]);
	});

	it("is offered while somebody does it", () => {
		const nothing = () => undefined;
		const page = (tree: boolean) => (
			<>
				<Available />
				<Doer id="fit" run={nothing} />
				{tree && <Doer id="tree" run={nothing} />}
			</>
		);
		const { container, rerender } = render(page(true));
		expect(container.textContent).toBe("fit tree");
		act(() => rerender(page(false)));
		expect(container.textContent).toBe("fit");
	});
});
