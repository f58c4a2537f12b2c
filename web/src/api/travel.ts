/** Questions about a key and about watermarks at a moment. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { GET, read } from "./door";
import { type KeyHistory, keyHistory, stateHistory } from "./key";
import { watermarkReport } from "./watermark";

/** A key by its text, or that of a record or position. */
export type KeyName = { readonly key?: string; readonly of?: string; readonly op?: string };

export function keyHistoryQuestion(rec: string, name: KeyName, order: "asc" | "desc" = "asc") {
	return infiniteQueryOptions({
		queryKey: ["key", rec, name, order],
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (last: KeyHistory) => last.next,
		queryFn: ({ pageParam, signal }) =>
			read(
				GET("/api/v1/recordings/{rec}/key", {
					params: { path: { rec }, query: { ...name, order, ...(pageParam === undefined ? {} : { cursor: pageParam }) } },
					signal,
				}),
				keyHistory,
				signal,
			),
		staleTime: 15_000,
	});
}

export function stateHistoryQuestion(rec: string, name: KeyName, at: string | undefined) {
	return queryOptions({
		queryKey: ["state", rec, name, at],
		queryFn: ({ signal }) =>
			read(
				GET("/api/v1/recordings/{rec}/state", {
					params: { path: { rec }, query: { ...name, ...(at === undefined ? {} : { at }) } },
					signal,
				}),
				stateHistory,
				signal,
			),
		staleTime: 15_000,
	});
}

export function watermarksQuestion(rec: string, op: string | undefined, at: string | undefined) {
	return queryOptions({
		queryKey: ["watermarks", rec, op, at],
		queryFn: ({ signal }) =>
			read(
				GET("/api/v1/recordings/{rec}/watermarks", {
					params: { path: { rec }, query: { ...(op === undefined ? {} : { op }), ...(at === undefined ? {} : { at }) } },
					signal,
				}),
				watermarkReport,
				signal,
			),
		staleTime: 5_000,
	});
}
