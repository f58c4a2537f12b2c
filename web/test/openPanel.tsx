/** Puts a panel on the page with a server that answers from a table of paths, as tests of panels need it. */
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";
import { ZoneProvider } from "../src/widgets/clock";
import { Feed } from "./feed";

/**
 * By path below /api/v1, with the method before it where that is not GET ("PUT /recording-policy"): an answer, a problem by its status
 * and what else it says, "never" for one that does not come, a feed for a stream, or a function of the query that gives one of these.
 */
export type Answers = Readonly<Record<string, unknown | { readonly status: number } | "never" | Feed>>;

export type Asked = { readonly path: string; readonly query: URLSearchParams; readonly method: string; readonly sent: unknown };

function problem(said: { readonly status: number }): Response {
	const body = {
		title: "Not Found",
		detail: "what was asked for is not there",
		hint: "ask for something else",
		request_id: "R7Q2F4KMX",
		...said,
	};
	return new Response(JSON.stringify(body), { status: said.status, headers: { "Content-Type": "application/problem+json" } });
}

/** Answers every request from the table; the list says what was asked. */
export function serve(answers: Answers): readonly Asked[] {
	const asked: Asked[] = [];
	vi.stubGlobal("fetch", async (request: Request | string, init?: RequestInit) => {
		const address = typeof request === "string" ? request : request.url;
		const url = new URL(address, window.location.href);
		const path = decodeURIComponent(url.pathname.replace(/^\/api\/v1/, ""));
		const method = typeof request === "string" ? "GET" : request.method;
		const body = typeof request === "string" || method === "GET" ? "" : await request.text();
		asked.push({ path, query: url.searchParams, method, sent: body === "" ? undefined : JSON.parse(body) });
		const entry = answers[method === "GET" ? path : `${method} ${path}`];
		const answer: unknown = typeof entry === "function" ? entry(url.searchParams) : entry;
		if (answer instanceof Feed) return answer.answer(address, init);
		if (answer === "never") return new Promise<Response>(() => undefined);
		if (answer === undefined) return Promise.resolve(problem({ status: 404 }));
		if (typeof answer === "object" && answer !== null && "status" in answer && typeof answer.status === "number")
			return Promise.resolve(problem({ ...answer, status: answer.status }));
		return Promise.resolve(new Response(JSON.stringify(answer), { headers: { "Content-Type": "application/json" } }));
	});
	return asked;
}

export function openPanel(panel: ReactNode, answers: Answers, at = "/") {
	cleanup();
	window.history.replaceState(null, "", at);
	const asked = serve(answers);
	const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } } });
	const wrap = (inner: ReactNode) => (
		<MantineProvider env="test" forceColorScheme="dark">
			<QueryClientProvider client={client}>
				<ZoneProvider value="utc">{inner}</ZoneProvider>
			</QueryClientProvider>
		</MantineProvider>
	);
	const view = render(wrap(panel));
	return { ...view, asked, client, again: (inner: ReactNode) => view.rerender(wrap(inner)) };
}

export function listOf(kind: string, items: readonly unknown[]) {
	return { kind, version: 1, items };
}
