/** The events screen as the address says, over five seconds of the made-up recording. */
import { act, screen, waitFor, within } from "@testing-library/react";
import { expect } from "vitest";
import { answer } from "../mock/answers";
import { page } from "../mock/events";
import { began, detail, orderTotals } from "../mock/jobs";
import { link, parseState, type ViewState } from "../src/model/address";
import { runCommand } from "../src/model/commandBus";
import { useAddress } from "../src/model/navigation";
import EventsPanel from "../src/panels/events/EventsPanel";
import { type Answers, openPanel } from "./openPanel";

export const rec = orderTotals;
/** Events 0 to 6,002 are stored then. */
export const now = began + 5e6;
export const path = `/recordings/${rec}`;

const served: Answers = {
	[`/jobs/${rec}`]: { ...detail(rec, now), state: "finished" },
	[`${path}/events`]: (q: URLSearchParams) => page(rec, q, now),
	[`${path}/timeline`]: (q: URLSearchParams) => answer(`${path}/timeline`, q, "").body,
};

function Screen() {
	return <EventsPanel rec={rec} state={useAddress().state} />;
}

export function open(state: ViewState = {}, answers: Answers = {}) {
	return openPanel(<Screen />, { ...served, ...answers }, link({ screen: "events", rec }, state));
}

export const stateOf = () => parseState(window.location.hash);
export const rows = () => screen.getAllByRole("row").slice(1);
/** The numbers of the rows that are drawn; event 0 has number 1. */
export const invocations = () => rows().map((r) => Number(within(r).getAllByRole("gridcell")[1]?.textContent?.replaceAll(",", "")));
export const chosen = () => rows().filter((r) => r.getAttribute("aria-selected") === "true");
export const command = (id: Parameters<typeof runCommand>[0]) => act(() => void runCommand(id));

export async function withRows(): Promise<HTMLElement> {
	await waitFor(() => expect(rows().length).toBeGreaterThan(3));
	return screen.getByRole("grid", { name: "Events" });
}

/** The reader scrolls the list so far. */
export const scrollTo = (top: number) =>
	act(async () => {
		screen.getByRole("grid").scrollTop = top;
	});
