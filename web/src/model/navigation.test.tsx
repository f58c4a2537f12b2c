import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { link } from "./address";
import { followLinks, go, refine, useAddress } from "./navigation";

const rec = "8c1e4f0a9b7d4d3fa1c25e60f7a93b12";
const events = (filter: string) => link({ screen: "events", rec }, { filter });

function Here() {
	const { page, state } = useAddress();
	return <output>{`${page.screen} ${state.filter ?? ""} ${state.sel ?? ""}`.trim()}</output>;
}
const here = () => screen.getByRole("status").textContent;

beforeEach(() => window.history.replaceState(null, "", "/"));

describe("going somewhere", () => {
	it("shows the other view and adds a step back to this one", () => {
		render(<Here />);
		const before = window.history.length;
		act(() => go(events('op == "a"')));
		expect(here()).toBe('events op == "a"');
		expect(window.history.length).toBe(before + 1);
	});

	it("where one is already adds no step, whatever the browser makes of the signs in the link", () => {
		go(events('op == "a" && text.contains("<b>")'));
		const pushed = vi.spyOn(window.history, "pushState");
		go(events('op == "a" && text.contains("<b>")'));
		expect(pushed).not.toHaveBeenCalled();
	});

	it("may refine the view in place: Back leaves it then", () => {
		render(<Here />);
		act(() => go(events("x")));
		const before = window.history.length;
		act(() => refine({ sel: "e1" }));
		expect(here()).toBe("events x e1");
		expect(window.history.length).toBe(before);
		act(() => refine({ filter: undefined }, "push"));
		expect(here()).toBe("events  e1");
		expect(window.history.length).toBe(before + 1);
	});

	it("keeps parameters of other versions when it refines", () => {
		go("/r#pin=a,b");
		refine({ filter: "x" });
		expect(window.location.hash).toBe("#f=x&pin=a,b");
	});

	it("is noticed when the browser does it: Back, or an address typed", () => {
		render(<Here />);
		window.history.replaceState(null, "", "/agents");
		act(() => void window.dispatchEvent(new PopStateEvent("popstate")));
		expect(here()).toBe("agents");
		window.history.replaceState(null, "", "/agents#f=x");
		act(() => void window.dispatchEvent(new Event("hashchange")));
		expect(here()).toBe("agents x");
	});
});

describe("a link", () => {
	let stop = () => {};
	beforeEach(() => {
		stop = followLinks(document);
	});
	afterEach(() => stop());
	it("of this page is followed without loading it anew", () => {
		render(
			<>
				<a href={events("x y")}>
					<b>there</b>
				</a>
				<Here />
			</>,
		);
		expect(fireEvent.click(screen.getByText("there"))).toBe(false);
		expect(here()).toBe("events x y");
	});

	it("is left to the browser when it leads elsewhere or is to be opened otherwise", () => {
		for (const [anchor, init] of [
			[
				<a key="1" href="https://flink.apache.org/">
					there
				</a>,
				{},
			],
			[
				<a key="2" href="/agents" target="_blank" rel="noreferrer">
					there
				</a>,
				{},
			],
			[
				<a key="3" href="/agents" download="x">
					there
				</a>,
				{},
			],
			[
				<a key="4" href="/api/v1/openapi.json">
					there
				</a>,
				{},
			],
			[
				<a key="5" href="/agents">
					there
				</a>,
				{ ctrlKey: true },
			],
			[
				<a key="6" href="/agents">
					there
				</a>,
				{ metaKey: true },
			],
			[
				<a key="7" href="/agents">
					there
				</a>,
				{ shiftKey: true },
			],
			[
				<a key="8" href="/agents">
					there
				</a>,
				{ button: 1 },
			],
			[<p key="9">there</p>, {}],
		] as const) {
			const { unmount } = render(
				<>
					{anchor}
					<Here />
				</>,
			);
			expect(fireEvent.click(screen.getByText("there"), init), String(anchor.key)).toBe(true);
			expect(here(), String(anchor.key)).toBe("fleet");
			unmount();
		}
	});
});
