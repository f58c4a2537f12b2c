/** Puts a panel on the page with a server that answers from a table of paths, as tests of panels need it. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";
import { ZoneProvider } from "../src/widgets/clock";

/** By path below /api/v1: an answer, a problem by its status, or "never" for one that does not come. */
export type Answers = Readonly<Record<string, unknown | { readonly status: number } | "never">>;

export type Asked = { readonly path: string; readonly query: URLSearchParams };

function problem(status: number): Response {
	const body = {
		title: "Not Found",
		status,
		detail: "what was asked for is not there",
		hint: "ask for something else",
		request_id: "R7Q2F4KMX",
	};
	return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/problem+json" } });
}

export function openPanel(panel: ReactNode, answers: Answers, at = "/") {
	cleanup();
	window.history.replaceState(null, "", at);
	const asked: Asked[] = [];
	vi.stubGlobal("fetch", (request: Request) => {
		const url = new URL(request.url);
		const path = url.pathname.replace(/^\/api\/v1/, "");
		asked.push({ path, query: url.searchParams });
		const answer = answers[path];
		if (answer === "never") return new Promise<Response>(() => undefined);
		if (answer === undefined) return Promise.resolve(problem(404));
		if (typeof answer === "object" && answer !== null && "status" in answer && typeof answer.status === "number")
			return Promise.resolve(problem(answer.status));
		return Promise.resolve(new Response(JSON.stringify(answer), { headers: { "Content-Type": "application/json" } }));
	});
	const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } } });
	const wrap = (inner: ReactNode) => (
		<QueryClientProvider client={client}>
			<ZoneProvider value="utc">{inner}</ZoneProvider>
		</QueryClientProvider>
	);
	const view = render(wrap(panel));
	return { ...view, asked, client, again: (inner: ReactNode) => view.rerender(wrap(inner)) };
}

export function listOf(kind: string, items: readonly unknown[]) {
	return { kind, version: 1, items };
}
