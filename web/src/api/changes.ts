/** What the server is told to do. */
import { DELETE, POST, PUT, read } from "./door";
import { levelChange, policyReport } from "./policy";
import type * as wire from "./schema";

/** The mistakes of a policy's text, and what it would change. Changes nothing. */
export function checkPolicy(text: string) {
	return read(POST("/api/v1/recording-policy/check", { body: { text } }), policyReport, undefined);
}

/** Puts a policy in force, unless another version than `base` is. */
export function setPolicy(text: string, base: bigint, why: string) {
	const body: wire.PolicyChange = { text, base: String(base), ...(why === "" ? {} : { why }) };
	return read(PUT("/api/v1/recording-policy", { body }), policyReport, undefined);
}

/** Changes levels of a job for a while. */
export function changeLevel(job: string, wish: wire.LevelWish) {
	return read(POST("/api/v1/jobs/{job}/levels", { params: { path: { job } }, body: wish }), levelChange, undefined);
}

/** Ends a change of levels before its time. */
export function endLevelChange(job: string, id: bigint) {
	// Numbers of changes are small: they count up from 1.
	return read(DELETE("/api/v1/jobs/{job}/levels/{id}", { params: { path: { job, id: Number(id) } } }), levelChange, undefined);
}
