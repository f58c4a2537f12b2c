import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { principalQuestion } from "../api/questions";
import type { Principal } from "../api/status";
import type { WallTime } from "../base/time";
import { ZoneProvider } from "../widgets/clock";
import { GrantNote } from "./GrantNote";

afterEach(() => {
	cleanup();
	vi.unstubAllGlobals();
});

const far = 4_102_444_800_000_000n as WallTime;
const grant = { id: "1", rule: "r", clear: ["pii.contact"], resources: ["cluster/prod/topic/orders"], reason: "INC-1", until: far };

function shown(principal: Partial<Principal>) {
	vi.stubGlobal("fetch", () => new Promise(() => undefined));
	const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY, refetchInterval: false } } });
	client.setQueryData(principalQuestion.queryKey, principal as Principal);
	client.setQueryData(["records"], "a clear value");
	render(
		<QueryClientProvider client={client}>
			<ZoneProvider value="utc">
				<GrantNote />
			</ZoneProvider>
		</QueryClientProvider>,
	);
	return client;
}

it("says what one is shown, on what, until when and why", () => {
	shown({ grants: [grant] });
	const text = screen.getByRole("note", { name: "Grant in force" }).textContent;
	expect(text).toMatch(/pii\.contact clear on cluster\/prod\/topic\/orders until .*2100-01-01.* Reason: INC-1/);
});

it("says nothing without a grant, or of one whose time is over", () => {
	shown({ grants: [{ ...grant, until: 1n as WallTime }] });
	expect(screen.queryByRole("note")).toBeNull();
	cleanup();
	shown({});
	expect(screen.queryByRole("note")).toBeNull();
});

it("takes away what a grant showed when it is over", async () => {
	const client = shown({ grants: [grant] });
	expect(client.getQueryData(["records"])).toBe("a clear value");
	client.setQueryData(principalQuestion.queryKey, { grants: [] } as unknown as Principal);
	await waitFor(() => expect(screen.queryByRole("note")).toBeNull());
	await waitFor(() => expect(client.getQueryData(["records"])).toBeUndefined());
});
