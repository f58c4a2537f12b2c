import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { statusQuestion } from "../api/questions";
import type { Status } from "../api/status";
import { OpenedFileNote } from "./OpenedFileNote";

afterEach(cleanup);

function shown(opened: Status["opened"]) {
	const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY, refetchInterval: false } } });
	client.setQueryData(statusQuestion.queryKey, { opened } as Status);
	render(
		<QueryClientProvider client={client}>
			<OpenedFileNote />
		</QueryClientProvider>,
	);
	return screen.queryByRole("note")?.textContent;
}

it("says who signed an opened file, for whom it is masked, and its verdict", () => {
	const text = shown({
		by: "local:ann",
		details: "nobody ran it again",
		known: undefined,
		masked: true,
		roles: ["support"],
		signer: "SHA256:abc",
		verdict: "not proven",
	});
	expect(text).toContain("signed by SHA256:abc, a key that is not known here");
	expect(text).toContain("masked for support");
	expect(text).toContain("not proven: nobody ran it again");
});

it("says nothing on a server of one's own", () => {
	expect(shown(undefined)).toBeUndefined();
});
