import { useEffect, useState } from "react";

/** What a value was when it last stayed the same for a while, in milliseconds. */
export function useSettled<T>(value: T, after: number): T {
	const [settled, setSettled] = useState(value);
	useEffect(() => {
		const timer = setTimeout(() => setSettled(value), after);
		return () => clearTimeout(timer);
	}, [value, after]);
	return settled;
}
